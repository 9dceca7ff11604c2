import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import { StubUri, vscodeStub } from '../../support/vscode-stub.ts';
import { example, labsOf, ManualSource, translate } from '../support.ts';

const { LabRunner } = await import('../../../src/extension/editor/lab-runner.ts');

const uri = StubUri.parse('file:///lab/dr.lblab.yaml');

function setUp() {
  vscodeStub.workspace['getConfiguration'] = () => ({ get: () => 'embedded' });
  const labs = labsOf();
  const source = new ManualSource();
  const shown: string[] = [];
  const text = example('dr');
  let chosen: () => void = () => undefined;
  const engineChosen = new Promise<void>((resolve) => (chosen = resolve));
  const runner = new LabRunner({
    translate,
    labs,
    engines: { choose: () => engineChosen.then(() => ({ source })) } as never,
    files: {
      save: () => Promise.resolve({ uri: uri.toString(), name: 'dr.lblab.yaml', text }),
      read: () => Promise.resolve(text),
    } as never,
    messages: { failure: assert.fail, hint: () => undefined, warning: () => undefined } as never,
    show: (one) => shown.push(one.uri),
  });
  return { labs, source, shown, runner, chosen };
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
