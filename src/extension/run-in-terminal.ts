import * as vscode from 'vscode';
import type { Translate } from '../l10n/translate.ts';

/** Saves the open topology and runs it on the embedded engine; its output stays in a terminal panel. */
export async function runInTerminal(context: vscode.ExtensionContext, translate: Translate): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'lblab') {
    await vscode.window.showInformationMessage(translate('extension.open-a-topology'));
    return;
  }
  if (document.isUntitled || !(await document.save())) return;
  const program = vscode.Uri.joinPath(context.extensionUri, 'dist', 'lb-lab.js').fsPath;
  const args = [program, 'run', document.uri.fsPath, '--lang', vscode.env.language];
  // The editor's own executable is a Node when told so: nothing needs to be installed.
  const execution = new vscode.ProcessExecution(process.execPath, args, {
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const task = new vscode.Task({ type: 'lb-lab' }, vscode.TaskScope.Workspace, 'run', 'LB Lab', execution);
  task.presentationOptions = { clear: true, focus: false, panel: vscode.TaskPanelKind.Dedicated };
  await vscode.tasks.executeTask(task);
}
