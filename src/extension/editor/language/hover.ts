import * as vscode from 'vscode';
import { hover } from '../../core/language/hover/hover.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toMarkdown, toRange } from './to-vscode.ts';

export function registerHover({ documents, translate, live }: ProviderContext): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    provideHover(document, position) {
      const state = live?.of(document.uri.toString());
      const found = hover(documents.of(document), document.offsetAt(position), translate, state);
      return found && new vscode.Hover(found.blocks.map(toMarkdown), toRange(document, found.range));
    },
  });
}
