import * as vscode from 'vscode';

/** Brings a file of the folder to the machine of the window. The explorer can do that, with what is chosen in it. */
export async function download(file: unknown): Promise<void> {
  if (!(file instanceof vscode.Uri)) return;
  await vscode.commands.executeCommand('revealInExplorer', file);
  await vscode.commands.executeCommand('explorer.download');
}
