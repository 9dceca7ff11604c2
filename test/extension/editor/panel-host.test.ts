import assert from 'node:assert/strict';
import type { LabFile } from '../../../src/extension/core/labs/labs.ts';
import type { HostMessage } from '../../../src/panel-protocol/messages.ts';
import { StubUri, vscodeStub } from '../../support/vscode-stub.ts';
import { example, labsOf, ManualSource, translate } from '../support.ts';

const { PanelHost } = await import('../../../src/extension/editor/panel-host.ts');

/** A panel of the editor: once closed, it refuses everything. */
class FakePanel {
  readonly #closed: (() => void)[] = [];
  isClosed = false;
  revealed = 0;
  title = '';
  readonly webview = {
    html: '',
    cspSource: '',
    options: {},
    asWebviewUri: (uri: StubUri) => uri,
    postMessage: (message: HostMessage) => {
      this.messages.push(message);
      return Promise.resolve(true);
    },
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      this.say = listener;
      return { dispose: () => undefined };
    },
  };
  readonly messages: HostMessage[] = [];
  /** As its page would. */
  say: (message: unknown) => void = () => undefined;

  last<Type extends HostMessage['type']>(type: Type): Extract<HostMessage, { readonly type: Type }> {
    return this.messages.findLast((one) => one.type === type) as Extract<
      HostMessage,
      { readonly type: Type }
    >;
  }

  onDidDispose(listener: () => void): void {
    this.#closed.push(listener);
  }

  reveal(): void {
    if (this.isClosed) throw new Error('Webview is disposed');
    this.revealed += 1;
  }

  dispose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const listener of this.#closed) listener();
  }
}

/** An event of the editor. */
class FakeEvent<Value> {
  readonly #listeners: ((value: Value) => void)[] = [];
  readonly add = (listener: (value: Value) => void) => {
    this.#listeners.push(listener);
    return { dispose: () => undefined };
  };
  tell(value: Value): void {
    for (const listener of this.#listeners) listener(value);
  }
}

function setUp(labs = labsOf()) {
  const panels: FakePanel[] = [];
  const saved = new FakeEvent<{ uri: StubUri; isDirty: boolean }>();
  const changed = new FakeEvent<{ document: { uri: StubUri; isDirty: boolean } }>();
  const looked = new FakeEvent<{ document: object } | undefined>();
  vscodeStub.window['onDidChangeActiveTextEditor'] = looked.add;
  const state = new Map<string, unknown>();
  const documents: { uri: StubUri; isDirty: boolean }[] = [];
  Object.assign(vscodeStub.workspace, {
    textDocuments: documents,
    fs: { isWritableFileSystem: (scheme: string) => scheme !== 'git' },
    onDidChangeTextDocument: changed.add,
    onDidSaveTextDocument: saved.add,
    onDidCloseTextDocument: () => ({ dispose: () => undefined }),
  });
  vscodeStub.window['registerWebviewPanelSerializer'] = () => ({ dispose: () => undefined });
  vscodeStub.window['createWebviewPanel'] = () => {
    const panel = new FakePanel();
    panels.push(panel);
    return panel;
  };
  const nothing = () => undefined;
  const host = new PanelHost({
    context: {
      extensionUri: StubUri.parse('file:///extension'),
      workspaceState: {
        get: (key: string) => state.get(key),
        update: (key: string, value: unknown) => Promise.resolve(state.set(key, value)),
      },
    } as never,
    translate,
    locale: 'en',
    log: { warn: nothing } as never,
    labs,
    onShown: nothing,
    act: nothing,
    open: nothing,
    save: () => Promise.resolve(undefined),
    emptyState: () => ({ kind: 'none', reason: 'no-file' }),
  });
  return { host, panels, documents, changed, saved, looked };
}

describe('the panel', () => {
  it('closed while it loads, or later, opens again', async () => {
    const { host, panels } = setUp();
    const loading = host.show(undefined);
    panels[0]!.dispose();
    await loading;
    await host.show(undefined);
    assert.equal(panels.length, 2);
    assert.notEqual(panels[1]!.webview.html, '');
    panels[1]!.dispose();
    await host.show(undefined);
    assert.equal(panels.length, 3);
    await host.show(undefined);
    assert.equal(panels.length, 3);
    assert.equal(panels[2]!.revealed, 1);
    host.dispose();
    assert.ok(panels[2]!.isClosed);
  });

  it('asked for twice while it loads is one panel', async () => {
    const { host, panels } = setUp();
    await Promise.all([host.show(undefined), host.show(undefined)]);
    assert.equal(panels.length, 1);
    assert.notEqual(panels[0]!.webview.html, '');
    host.dispose();
  });

  it('tells of edits that are not saved, and of what was saved in vain', async () => {
    const labs = labsOf();
    const uri = 'file:///lab/dr.lblab.yaml';
    const dr = example('dr');
    const session = await labs.open({ uri, name: 'dr.lblab.yaml', text: dr });
    await session.start(dr, new ManualSource());
    const { host, panels, documents, changed, saved } = setUp(labs);
    await host.show(uri);
    const [panel] = panels;
    panel!.say({ type: 'ready' });
    const file = () => panel!.last('file').file;
    assert.deepEqual(file(), { unsaved: false });
    const document = { uri: StubUri.parse(uri), isDirty: true };
    documents.push(document);
    changed.tell({ document });
    assert.deepEqual(file(), { unsaved: true });
    document.isDirty = false;
    saved.tell(document);
    assert.deepEqual(file(), { unsaved: false });
    await session.apply(dr.replace('scheduler: rr\n', 'scheduler: rrr\n'));
    assert.match(file().fault!.text, /rrr/);
    await session.apply(dr);
    assert.deepEqual(file(), { unsaved: false });
    await session.stop();
    host.dispose();
  });

  it('goes along with the topology that is looked at, unless it is pinned', async () => {
    const labs = labsOf();
    const [dr, tun] = ['dr', 'tun'].map((name) => ({
      uri: `file:///lab/${name}.lblab.yaml`,
      name: `${name}.lblab.yaml`,
      text: example(name),
    })) as [LabFile, LabFile];
    for (const file of [dr, tun]) await (await labs.open(file)).start(file.text, new ManualSource());
    const { host, panels, looked } = setUp(labs);
    await host.show(dr.uri);
    const [panel] = panels;
    panel!.say({ type: 'ready' });
    const shown = () => panel!.last('lab').lab?.file;
    const look = (uri: string, languageId = 'lblab', scheme = 'file') =>
      looked.tell({ document: { languageId, uri: Object.assign(StubUri.parse(uri), { scheme }) } });
    assert.deepEqual(
      panel!.last('labs').labs.map(({ file, state, shown: on }) => [file, state, on]),
      [
        ['dr.lblab.yaml', 'running', true],
        ['tun.lblab.yaml', 'running', false],
      ],
    );
    look(tun.uri);
    assert.equal(shown(), 'tun.lblab.yaml');
    assert.equal(panel!.last('labs').labs[1]!.shown, true);
    assert.equal(panel!.revealed, 0, 'nothing is brought to the front');
    look('file:///lab/readme.md', 'markdown');
    look(dr.uri, 'lblab', 'git');
    looked.tell(undefined);
    assert.equal(shown(), 'tun.lblab.yaml');
    host.pin(true);
    assert.equal(panel!.last('labs').pinned, true);
    look(dr.uri);
    assert.equal(shown(), 'tun.lblab.yaml');
    host.pin(false);
    look(dr.uri);
    assert.equal(shown(), 'dr.lblab.yaml');
    for (const session of labs.all()) await session.stop();
    host.dispose();
  });
});
