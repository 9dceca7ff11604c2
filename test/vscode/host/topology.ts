import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';

export const extension = (): vscode.Extension<unknown> => vscode.extensions.getExtension('lb-lab.lb-lab')!;

/** The text of an example in the extension's folder. */
export function example(name: string): string {
  return readFileSync(join(extension().extensionPath, 'examples', `${name}.lblab.yaml`), 'utf8');
}

/** A new file with that text, shown in an editor. It goes with the report, beside which it stands. */
export async function openTopology(text: string): Promise<vscode.TextDocument> {
  const report = process.env['LB_LAB_HOST_REPORT'];
  const file = join(mkdtempSync(join(report ? dirname(report) : tmpdir(), 'lb-lab-host-')), 'my.lblab.yaml');
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
