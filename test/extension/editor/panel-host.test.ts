import assert from 'node:assert/strict';
import { StubUri, vscodeStub } from '../../support/vscode-stub.ts';
import { labsOf, translate } from '../support.ts';

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
    postMessage: () => Promise.resolve(true),
    onDidReceiveMessage: () => ({ dispose: () => undefined }),
  };

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

function setUp() {
  const panels: FakePanel[] = [];
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
      workspaceState: { get: nothing, update: () => Promise.resolve() },
    } as never,
    translate,
    locale: 'en',
    log: { warn: nothing } as never,
    labs: labsOf(),
    onShown: nothing,
    act: nothing,
    open: nothing,
    save: () => Promise.resolve(undefined),
    emptyState: () => ({ kind: 'none', reason: 'no-file' }),
  });
  return { host, panels };
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
});
