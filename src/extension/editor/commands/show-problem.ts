import * as vscode from 'vscode';

/** Shows a line, from 1, of a file: where a message's button leads. */
export async function showProblem(uri: unknown, line: unknown): Promise<void> {
  if (typeof uri !== 'string') return;
  const place = new vscode.Position(typeof line === 'number' ? Math.max(0, line - 1) : 0, 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(place, place) });
}
