import * as vscode from 'vscode';
import type { ComparisonTable } from '../../comparison/table.ts';
import type { Locale, Translate } from '../../l10n/translate.ts';
import { COMPARISON_TYPE } from '../core/ids.ts';

interface ComparisonViewParts {
  readonly context: vscode.ExtensionContext;
  readonly translate: Translate;
  readonly locale: Locale;
}

/** The page of *Compare Models*: one in the window, with the comparison that was asked for last. It runs no script. */
export class ComparisonView implements vscode.Disposable {
  readonly #parts: ComparisonViewParts;
  #panel: vscode.WebviewPanel | undefined;
  #table: ComparisonTable | undefined;

  constructor(parts: ComparisonViewParts) {
    this.#parts = parts;
  }

  /** What is on show. */
  get table(): ComparisonTable | undefined {
    return this.#panel && this.#table;
  }

  async show(table: ComparisonTable): Promise<void> {
    const { context, locale, translate } = this.#parts;
    const { comparisonPage } = await import('../core/comparison/comparison-page.ts');
    this.#table = table;
    const panel = (this.#panel ??= this.#open());
    const style = vscode.Uri.joinPath(context.extensionUri, 'dist', 'comparison.css');
    panel.title = translate('extension.comparison');
    panel.webview.html = comparisonPage(table, {
      cspSource: panel.webview.cspSource,
      locale,
      style: panel.webview.asWebviewUri(style).toString(),
    });
    panel.reveal();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const { context, translate } = this.#parts;
    const panel = vscode.window.createWebviewPanel(
      COMPARISON_TYPE,
      translate('extension.comparison'),
      vscode.ViewColumn.Active,
      { enableFindWidget: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist')] },
    );
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icons', 'panel.svg');
    panel.onDidDispose(() => (this.#panel = undefined));
    return panel;
  }
}
