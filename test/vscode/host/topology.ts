import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

export const extension = (): vscode.Extension<unknown> => vscode.extensions.getExtension('lb-lab.lb-lab')!;

/** The text of an example in the extension's folder. */
export function example(name: string): string {
  return readFileSync(join(extension().extensionPath, 'examples', `${name}.lblab.yaml`), 'utf8');
}

/** A new file with that text, shown in an editor. */
export async function openTopology(text: string): Promise<vscode.TextDocument> {
  const file = join(mkdtempSync(join(tmpdir(), 'lb-lab-host-')), 'my.lblab.yaml');
  writeFileSync(file, text);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Where a piece of text begins, plus some characters. Throws when it is not there. */
export function placeOf(document: vscode.TextDocument, text: string, more = 0): vscode.Position {
  const offset = document.getText().indexOf(text);
  if (offset < 0) throw new Error(`no ${text} in the file`);
  return document.positionAt(offset + more);
}
