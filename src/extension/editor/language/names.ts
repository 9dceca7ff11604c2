import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { definitionAt, referencesAt } from '../../core/language/definition.ts';
import { prepareRename, rename, type Refusal } from '../../core/language/rename.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toRange } from './to-vscode.ts';

/** Go to definition, references, highlights, and rename of nodes, segments and services. */
export function registerNames({ documents, translate }: ProviderContext): vscode.Disposable {
  const refuse = ({ refused, params }: Refusal): never => {
    throw new Error(editorText(translate(refused, params)));
  };
  const places = (document: vscode.TextDocument, position: vscode.Position, withDefinition: boolean) =>
    referencesAt(documents.of(document), document.offsetAt(position), withDefinition).map((span) =>
      toRange(document, span),
    );
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(selector, {
      provideDefinition(document, position) {
        const span = definitionAt(documents.of(document), document.offsetAt(position));
        return span && new vscode.Location(document.uri, toRange(document, span));
      },
    }),
    vscode.languages.registerReferenceProvider(selector, {
      provideReferences: (document, position, { includeDeclaration }) =>
        places(document, position, includeDeclaration).map(
          (range) => new vscode.Location(document.uri, range),
        ),
    }),
    vscode.languages.registerDocumentHighlightProvider(selector, {
      provideDocumentHighlights: (document, position) =>
        places(document, position, true).map((range) => new vscode.DocumentHighlight(range)),
    }),
    vscode.languages.registerRenameProvider(selector, {
      prepareRename(document, position) {
        const found = prepareRename(documents.of(document), document.offsetAt(position));
        if ('refused' in found) return refuse(found);
        return { range: toRange(document, found.range), placeholder: found.name };
      },
      provideRenameEdits(document, position, newName) {
        const found = rename(documents.of(document), document.offsetAt(position), newName);
        if ('refused' in found) return refuse(found);
        const edit = new vscode.WorkspaceEdit();
        for (const { range, text } of found.edits) edit.replace(document.uri, toRange(document, range), text);
        return edit;
      },
    }),
  );
}
