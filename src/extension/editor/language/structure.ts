import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { codeLenses } from '../../core/language/code-lenses.ts';
import { folds } from '../../core/language/folding.ts';
import { outline, type OutlineEntry } from '../../core/language/outline.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toRange } from './to-vscode.ts';

/** Outline, folding, and the commands above lines. */
export function registerStructure(context: ProviderContext): vscode.Disposable {
  const { documents } = context;
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
    registerLenses(context),
  );
}

/** Made anew when the lab starts or stops, another version of the file is in force, or there are other flows. */
function registerLenses({ documents, translate, live }: ProviderContext): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const listener = live?.onDidChange(() => changed.fire());
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) =>
      codeLenses(documents.of(document), live?.of(document.uri.toString())).map(
        ({ range, id, command, params, index }) =>
          new vscode.CodeLens(toRange(document, range), {
            command,
            title: translate(`language.lens.${id}`, params),
            arguments: index === undefined ? [document.uri] : [document.uri, index],
          }),
      ),
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(selector, provider),
    ...(listener ? [listener] : []),
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
