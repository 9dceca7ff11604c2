import * as vscode from 'vscode';
import type { Place } from '../../lab/place.ts';
import { pathOf } from '../core/labs/file-path.ts';
import { fileNameOf } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** Shows a place of a topology file, in the editor that has it or in the first column; focus stays where it is. */
export async function revealPlace(
  { texts }: Pick<Workbench, 'texts'>,
  uri: vscode.Uri,
  place: Place,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    preserveFocus: true,
    preview: false,
    selection: await rangeOf(texts, document, place),
  });
}

async function rangeOf(
  texts: Workbench['texts'],
  document: vscode.TextDocument,
  place: Place,
): Promise<vscode.Range> {
  if (place.kind === 'line') {
    const line = Math.min(Math.max(0, place.line - 1), document.lineCount - 1);
    return new vscode.Range(line, 0, line, 0);
  }
  const file = { uri: document.uri.toString(), name: fileNameOf(document.uri), text: document.getText() };
  const { places } = (await texts()).of(file).loaded;
  const { start, end } = places.key(pathOf(place));
  return new vscode.Range(document.positionAt(start.offset), document.positionAt(end.offset));
}
