import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { complete } from '../../core/language/complete/complete.ts';
import type { Completion } from '../../core/language/complete/completion.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toMarkdown, toRange } from './to-vscode.ts';

export function registerCompletion({ documents, translate }: ProviderContext): vscode.Disposable {
  const provider: vscode.CompletionItemProvider = {
    provideCompletionItems(document, position) {
      const offset = document.offsetAt(position);
      const { items, replace } = complete(documents.of(document), offset, translate);
      const inserting = toRange(document, { start: replace.start, end: Math.max(replace.start, offset) });
      const replacing = toRange(document, replace);
      return items.map((item, index) => toItem(item, index, { inserting, replacing }));
    },
  };
  // After a blank or an opening bracket something of the schema or of the file may always stand.
  return vscode.languages.registerCompletionItemProvider(selector, provider, ' ', '{', '[', ',');
}

function toItem(
  { label, kind, insert, isSnippet, detail, documentation, again }: Completion,
  index: number,
  range: { inserting: vscode.Range; replacing: vscode.Range },
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(
    detail === undefined ? editorText(label) : { label: editorText(label), description: editorText(detail) },
    kinds[kind],
  );
  item.insertText = isSnippet ? new vscode.SnippetString(insert) : insert;
  item.range = range;
  item.sortText = String(index).padStart(4, '0');
  if (documentation !== undefined) item.documentation = toMarkdown(documentation);
  if (again) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

const kinds: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  choice: vscode.CompletionItemKind.EnumMember,
  node: vscode.CompletionItemKind.Variable,
  segment: vscode.CompletionItemKind.Interface,
  service: vscode.CompletionItemKind.Module,
  address: vscode.CompletionItemKind.Constant,
  value: vscode.CompletionItemKind.Value,
  snippet: vscode.CompletionItemKind.Snippet,
};
