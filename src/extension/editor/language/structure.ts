import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { codeLenses } from '../../core/language/code-lenses.ts';
import { folds } from '../../core/language/folding.ts';
import { outline, type OutlineEntry } from '../../core/language/outline.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toRange } from './to-vscode.ts';

/** Outline, folding, and the commands above lines. */
export function registerStructure({ documents, translate }: ProviderContext): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) =>
        outline(documents.of(document)).map((entry) => toSymbol(document, entry)),
    }),
    vscode.languages.registerFoldingRangeProvider(selector, {
      provideFoldingRanges: (document) =>
        folds(documents.of(document)).map(
          ({ startLine, endLine, isComment }) =>
            new vscode.FoldingRange(
              startLine,
              endLine,
              isComment ? vscode.FoldingRangeKind.Comment : undefined,
            ),
        ),
    }),
    vscode.languages.registerCodeLensProvider(selector, {
      provideCodeLenses: (document) =>
        codeLenses(documents.of(document)).map(
          ({ range, id, command, index }) =>
            new vscode.CodeLens(toRange(document, range), {
              command,
              title: translate(`language.lens.${id}`),
              arguments: index === undefined ? [document.uri] : [document.uri, index],
            }),
        ),
    }),
  );
}

function toSymbol(
  document: vscode.TextDocument,
  { name, detail, kind, range, selection, children }: OutlineEntry,
): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(
    editorText(name),
    editorText(detail),
    kinds[kind],
    toRange(document, range),
    toRange(document, selection),
  );
  symbol.children = children.map((child) => toSymbol(document, child));
  return symbol;
}

const kinds: Readonly<Record<OutlineEntry['kind'], vscode.SymbolKind>> = {
  model: vscode.SymbolKind.Constant,
  section: vscode.SymbolKind.Namespace,
  service: vscode.SymbolKind.Module,
  server: vscode.SymbolKind.Field,
  segment: vscode.SymbolKind.Interface,
  node: vscode.SymbolKind.Object,
  interface: vscode.SymbolKind.Field,
  traffic: vscode.SymbolKind.Event,
};
