import * as vscode from 'vscode';
import type { Translate } from '../l10n/translate.ts';

/** Saves the open topology and runs it on the embedded engine in a terminal. */
export async function runInTerminal(context: vscode.ExtensionContext, translate: Translate): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'lblab') {
    await vscode.window.showInformationMessage(translate('extension.open-a-topology'));
    return;
  }
  if (!(await document.save())) return;
  // The editor's own executable is a Node when told so: nothing needs to be installed.
  const terminal = vscode.window.createTerminal({
    name: 'LB Lab',
    shellPath: process.execPath,
    shellArgs: [
      vscode.Uri.joinPath(context.extensionUri, 'dist', 'lb-lab.js').fsPath,
      'run',
      document.uri.fsPath,
      '--lang',
      vscode.env.language,
    ],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    isTransient: true,
  });
  terminal.show(true);
}
