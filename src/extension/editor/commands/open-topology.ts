import * as vscode from 'vscode';
import { LANGUAGE } from '../../core/ids.ts';

/** Shows a topology file to be edited: where it is shown already, else in the first column, so that the panel fits beside. */
export async function openTopology(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    preview: false,
  });
  // By another name, or where a user's own file associations say otherwise, it is a topology all the same.
  if (document.languageId !== LANGUAGE) await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
}
