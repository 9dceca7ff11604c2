import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import { StubUri, vscodeStub } from '../../support/vscode-stub.ts';
import type { LabFailure } from '../../../src/extension/core/labs/lab-failure.ts';
import { example, labsOf, ManualSource, translate } from '../support.ts';

const { stopOthers } = await import('../../../src/extension/editor/commands/stop-others.ts');
const { LabRunner } = await import('../../../src/extension/editor/lab-runner.ts');

const uri = StubUri.parse('file:///lab/dr.lblab.yaml');

function setUp() {
  vscodeStub.workspace['getConfiguration'] = () => ({ get: () => 'embedded' });
  const labs = labsOf();
  const source = new ManualSource();
  const shown: string[] = [];
  const hints: [string, LabFailure['remedy']][] = [];
  const text = example('dr');
  let chosen: () => void = () => undefined;
  const engineChosen = new Promise<void>((resolve) => (chosen = resolve));
  const runner = new LabRunner({
    translate,
    labs,
    engines: { choose: () => engineChosen.then(() => ({ source })) } as never,
    files: {
      save: (one: StubUri) => Promise.resolve({ uri: one.toString(), name: 'dr.lblab.yaml', text }),
      read: () => Promise.resolve(text),
    } as never,
    messages: {
      failure: assert.fail,
      hint: (...one: (typeof hints)[number]) => hints.push(one),
      warning: () => undefined,
    } as never,
    show: (one) => shown.push(one.uri),
  });
  return { labs, source, shown, hints, runner, chosen };
}

describe('a start', () => {
  for (const presses of [2, 5])
    it(`pressed ${presses} times at once starts once`, async () => {
      const { labs, source, shown, runner, chosen } = setUp();
      const starts = Array.from({ length: presses }, () => runner.start(uri as unknown as Uri));
      chosen();
      await Promise.all(starts);
      assert.equal(source.made.length, 1);
      assert.ok(shown.length >= 1);
      await labs.leaveAll();
    });

  it('pressed while the lab is starting, or runs, shows it', async () => {
    const { labs, source, shown, runner, chosen } = setUp();
    const first = runner.start(uri as unknown as Uri);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const second = runner.start(uri as unknown as Uri);
    chosen();
    await Promise.all([first, second]);
    const before = shown.length;
    await runner.start(uri as unknown as Uri);
    assert.equal(source.made.length, 1);
    assert.equal(shown.length, before + 1);
    await labs.leaveAll();
  });

  it('pressed after the lab was stopped starts it again', async () => {
    const { labs, source, runner, chosen } = setUp();
    chosen();
    await runner.start(uri as unknown as Uri);
    await runner.stop(labs.of(uri.toString())!);
    await runner.start(uri as unknown as Uri);
    assert.equal(source.made.length, 2);
    await labs.leaveAll();
  });
});

describe('a sixth lab', () => {
  const files = [1, 2, 3, 4, 5, 6].map((number) => StubUri.parse(`file:///lab/dr-${number}.lblab.yaml`));

  it('starts, and with it comes the offer to stop others: those that somebody leaves picked', async () => {
    const { labs, runner, hints, chosen } = setUp();
    chosen();
    for (const one of files.slice(0, 5)) await runner.start(one as unknown as Uri);
    assert.equal(hints.length, 0);
    await runner.start(files[5] as unknown as Uri);
    assert.equal(labs.running().length, 6);
    const [text, remedy] = hints[0]!;
    assert.match(text, /^6 labs run/);
    assert.deepEqual([remedy?.command, remedy?.arguments], ['lbLab.stopOthers', [files[5]!.toString()]]);

    let offered: { label: string; picked: boolean }[] = [];
    vscodeStub.window['showQuickPick'] = (items: typeof offered) => {
      offered = items;
      return Promise.resolve(items.filter(({ picked }) => picked).slice(0, 2));
    };
    await stopOthers({ labs, runner, translate } as never, files[5]!.toString());
    assert.deepEqual(
      offered.map(({ picked }) => picked),
      [true, true, true, true, true, false],
    );
    assert.deepEqual(
      labs.running().map((session) => session.uri),
      files.slice(2).map(String),
    );
    await labs.leaveAll();
  });
});
