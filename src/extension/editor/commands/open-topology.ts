import * as vscode from 'vscode';
import { LANGUAGE } from '../../core/ids.ts';
import type { Workbench } from '../workbench.ts';

/** Shows a topology file to be edited: where it is shown already, else in the first column, so that the panel fits beside. */
export async function openTopology(
  { files, translate, messages }: Workbench,
  uri: vscode.Uri,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    preview: false,
  });
  // By another name, or where a user's own file associations say otherwise, it is a topology all the same.
  if (document.languageId !== LANGUAGE) await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  if (files.isKeptHere(uri) && !told.has(uri.toString())) {
    told.add(uri.toString());
    messages.hint(translate('extension.kept-here'), {
      text: translate('extension.save-copy'),
      command: 'lbLab.saveCopy',
      arguments: [uri],
    });
  }
}

/** Once for each file and window. */
const told = new Set<string>();
