import * as vscode from 'vscode';
import { hover } from '../../core/language/hover/hover.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toHelp, toMarkdown, toRange } from './to-vscode.ts';

export function registerHover({ documents, translate, live }: ProviderContext): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    provideHover(document, position) {
      const state = live?.of(document.uri.toString());
      const found = hover(documents.of(document), document.offsetAt(position), translate, state);
      if (!found) return undefined;
      const blocks = [...found.blocks.map(toMarkdown), toHelp(translate('language.help'), 'topology')];
      return new vscode.Hover(blocks, toRange(document, found.range));
    },
  });
}
