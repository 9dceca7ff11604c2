import * as vscode from 'vscode';
import type { Locale, Translate } from '../../l10n/translate.ts';
import { newNonce } from '../core/nonce.ts';
import type { PanelFeed, PanelFeedOptions } from '../core/panel/panel-feed.ts';
import type { Log } from './editor-ui.ts';

/** Under this key the workspace remembers how the panel is looked at. */
const KEPT_VIEW = 'panel.view';

export interface PanelPageParts {
  readonly context: vscode.ExtensionContext;
  readonly translate: Translate;
  readonly locale: Locale;
  readonly log: Log;
}

/** What whoever fills a panel does for it. */
export type PanelDeeds = Pick<PanelFeedOptions, 'act' | 'open' | 'save' | 'looked'>;

/** The script and the page of a panel, loaded when one is wanted. */
export async function loadPanelPage() {
  const [{ PanelFeed: Feed }, { panelHtml }] = await Promise.all([
    import('../core/panel/panel-feed.ts'),
    import('../core/panel/panel-html.ts'),
  ]);
  return { Feed, panelHtml };
}

/** Connects a webview to a feed of its own. Whoever calls shows something on it, and then calls `begin`, which gives the page. */
export function fillPanel(
  panel: vscode.WebviewPanel,
  { Feed, panelHtml }: Awaited<ReturnType<typeof loadPanelPage>>,
  { context, translate, locale, log }: PanelPageParts,
  deeds: PanelDeeds,
): { readonly feed: PanelFeed; readonly listening: vscode.Disposable; readonly begin: () => void } {
  const root = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const address = (file: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  const feed = new Feed({
    translate,
    locale,
    post: (message) => void panel.webview.postMessage(message),
    ...deeds,
    makePage: async (content) => {
      const { readParts, sharedPage } = await import('../core/share/shared-page.ts');
      const parts = await readParts(async (file) =>
        vscode.workspace.fs.readFile(vscode.Uri.joinPath(root, file)),
      );
      return sharedPage(content, parts, newNonce());
    },
    keep: (view) => void context.workspaceState.update(KEPT_VIEW, view),
    kept: () => {
      const view: unknown = context.workspaceState.get(KEPT_VIEW);
      // What is in it the view looks at itself.
      return typeof view === 'object' && view !== null ? { ...view } : undefined;
    },
    log: (message) => log.warn(`panel: ${message}`),
  });
  const listening = panel.webview.onDidReceiveMessage((message: unknown) => feed.receive(message));
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icons', 'panel.svg');
  const begin = () => {
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.webview.html = panelHtml({
      nonce: newNonce(),
      cspSource: panel.webview.cspSource,
      locale,
      title: translate('extension.panel'),
      script: address('webview.js'),
      style: address('webview.css'),
      icons: address('codicon.css'),
    });
  };
  return { feed, listening, begin };
}
