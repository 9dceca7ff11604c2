import assert from 'node:assert/strict';
import type { EngineSource } from '../../../../src/extension/core/labs/lab-engine.ts';
import { virtualSource } from '../../../../src/extension/core/testing/virtual-source.ts';
import { TopologyTexts } from '../../../../src/extension/core/language/topology-texts.ts';
import { StubUri, vscodeStub } from '../../../support/vscode-stub.ts';
import { example, translate } from '../../support.ts';

const { testExplorer } = await import('../../../../src/extension/editor/testing/test-explorer.ts');

interface Item {
  readonly id: string;
  readonly label: string;
  readonly uri: StubUri;
  range?: { readonly start: { readonly line: number } };
}

interface Message {
  readonly message: string;
  readonly expectedOutput?: string;
  readonly actualOutput?: string;
  readonly location?: { readonly uri: StubUri; readonly range: { readonly line: number } };
}

type Handler = (
  request: { include?: readonly Item[]; exclude?: readonly Item[] },
  token: object,
) => Promise<void>;

/** The editor's side of its tests. */
class FakeController {
  readonly profiles = new Map<string, Handler>();
  readonly results: { readonly id: string; readonly is: string; readonly messages?: readonly Message[] }[] =
    [];
  readonly #items = new Map<string, Item>();
  resolveHandler: ((item?: Item) => Promise<void>) | undefined;
  refreshHandler: (() => Promise<void>) | undefined;
  readonly items = {
    get: (id: string) => this.#items.get(id),
    add: (item: Item) => void this.#items.set(item.id, item),
    delete: (id: string) => void this.#items.delete(id),
    [Symbol.iterator]: () => this.#items.entries(),
  };
  createTestItem = (id: string, label: string, uri: StubUri): Item => ({ id, label, uri });
  createRunProfile = (label: string, _kind: number, handler: Handler) =>
    void this.profiles.set(label, handler);
  createTestRun = () => {
    const told =
      (is: string) =>
      ({ id }: Item, messages?: Message | readonly Message[] | number) =>
        void this.results.push({
          id,
          is,
          ...(typeof messages === 'object' && { messages: [messages].flat() }),
        });
    const nothing = () => undefined;
    return {
      ...{ enqueued: nothing, started: nothing, appendOutput: nothing, end: nothing },
      ...{
        passed: told('passed'),
        failed: told('failed'),
        errored: told('errored'),
        skipped: told('skipped'),
      },
    };
  };
  dispose = () => undefined;
}

const never = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => undefined }),
};

function setUp(texts: Readonly<Record<string, string>>, docker: () => Promise<EngineSource>) {
  const saved = new Map(Object.entries(texts).map(([name, text]) => [`file:///lab/${name}`, text]));
  const controller = new FakeController();
  let looked = 0;
  vscodeStub['tests'] = Object.assign(vscodeStub['tests'] as object, {
    createTestController: () => controller,
  });
  const watching: { changed?: (uri: StubUri) => void } = {};
  const listening = { dispose: () => undefined };
  Object.assign(vscodeStub.workspace, {
    createFileSystemWatcher: () => ({
      onDidCreate: () => listening,
      onDidChange: (listener: (uri: StubUri) => void) => ((watching.changed = listener), listening),
      onDidDelete: () => listening,
      dispose: () => undefined,
    }),
  });
  const known = new TopologyTexts();
  const waiting: Promise<unknown>[] = [];
  const explorer = testExplorer({
    files: {
      saved: () => Promise.resolve([...saved.keys()].map((uri) => ((looked += 1), StubUri.parse(uri)))),
      read: (uri: StubUri) => Promise.resolve(saved.get(uri.toString())!),
    },
    texts: () => Promise.resolve(known),
    translate,
    platform: { docker: {}, engines: { choose: async () => ({ source: await docker() }) } },
    messages: { attempt: (work: () => Promise<unknown>) => void waiting.push(work()) },
  } as never);
  const names = () => [...controller.items].map(([, { label }]) => label);
  const changed = async (name: string, text: string) => {
    saved.set(`file:///lab/${name}`, text);
    watching.changed!(StubUri.parse(`file:///lab/${name}`));
    await Promise.all(waiting);
  };
  return { controller, explorer, names, changed, looked: () => looked };
}

const noDocker = () => Promise.reject(new Error('no Docker engine answers'));
const lesson = example('lessons/vip-missing');
const files = {
  'shown.lblab.yaml': lesson,
  'mended.lblab.yaml': lesson.replace(', holdVip: false', ''),
  'plain.lblab.yaml': example('dr'),
  'broken.lblab.yaml': 'model: [',
};

describe('the test explorer', () => {
  it('looks for nothing before the editor asks, then has the files with expect, at that line', async () => {
    const { controller, names, looked, explorer } = setUp(files, noDocker);
    assert.equal(looked(), 0);
    assert.deepEqual(names(), []);
    await controller.resolveHandler!();
    assert.deepEqual(names(), ['shown.lblab.yaml', 'mended.lblab.yaml']);
    const line = lesson.split('\n').indexOf('expect:');
    for (const [, { range }] of controller.items) assert.equal(range!.start.line, line);
    explorer.dispose();
  });

  it('passes, and fails at the line with expected and seen', async () => {
    const { controller } = setUp(files, noDocker);
    await controller.resolveHandler!();
    await controller.profiles.get('In memory')!({}, never);
    const [good, bad] = controller.results;
    assert.equal(good!.is, 'passed');
    assert.equal(bad!.is, 'failed');
    const message = bad!.messages!.find(({ message: text }) => text.startsWith('explanations'))!;
    assert.deepEqual([message.expectedOutput, message.actualOutput], ['vip-not-local', '–']);
    const { uri, range } = message.location!;
    assert.equal(uri.toString(), 'file:///lab/mended.lblab.yaml');
    assert.match(files['mended.lblab.yaml'].split('\n')[range.line]!, /^ *explanations:/);
  });

  it('runs only what is asked for, and nothing once it is cancelled', async () => {
    const { controller } = setUp(files, noDocker);
    await controller.resolveHandler!();
    const all = [...controller.items].map(([, item]) => item);
    await controller.profiles.get('In memory')!({ include: [all[0]!] }, never);
    assert.equal(controller.results.length, 1);
    await controller.profiles.get('In memory')!(
      { exclude: [all[0]!] },
      { ...never, isCancellationRequested: true },
    );
    assert.deepEqual(
      controller.results.slice(1).map(({ id, is }) => [id, is]),
      [[all[1]!.id, 'skipped']],
    );
  });

  it('offers Docker only where it answers', async () => {
    const without = setUp(files, noDocker);
    await without.controller.resolveHandler!();
    assert.deepEqual([...without.controller.profiles.keys()], ['In memory']);
    let closed = 0;
    const source = { ...virtualSource, name: 'docker' as const, close: () => void (closed += 1) };
    const withIt = setUp(files, () => Promise.resolve(source));
    await withIt.controller.resolveHandler!();
    await withIt.controller.refreshHandler!();
    assert.deepEqual([...withIt.controller.profiles.keys()], ['In memory', 'On Docker']);
    assert.equal(closed, 1);
    await withIt.controller.profiles.get('On Docker')!({}, never);
    assert.deepEqual(
      withIt.controller.results.map(({ is }) => is),
      ['passed', 'failed'],
    );
    assert.equal(closed, 3, 'each run gives its engine back');
  });

  it('says what the engine says where there is no verdict', async () => {
    let isThere = true;
    const { controller } = setUp(files, () => (isThere ? Promise.resolve(virtualSource) : noDocker()));
    await controller.resolveHandler!();
    isThere = false;
    await controller.profiles.get('On Docker')!({}, never);
    assert.deepEqual(
      controller.results.map(({ is, messages }) => [is, messages?.[0]!.message]),
      [
        ['errored', 'no Docker engine answers'],
        ['errored', 'no Docker engine answers'],
      ],
    );
  });

  it('follows files that change: one that expects nothing any more is no test, one half written stays', async () => {
    const { controller, names, changed } = setUp(files, noDocker);
    await controller.resolveHandler!();
    await changed('shown.lblab.yaml', 'model: [');
    assert.deepEqual(names(), ['shown.lblab.yaml', 'mended.lblab.yaml']);
    await changed('shown.lblab.yaml', example('dr'));
    assert.deepEqual(names(), ['mended.lblab.yaml']);
    await changed('plain.lblab.yaml', lesson);
    assert.deepEqual(names(), ['mended.lblab.yaml', 'plain.lblab.yaml']);
  });
});
