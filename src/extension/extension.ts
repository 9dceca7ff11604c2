import * as vscode from 'vscode';
import { localeOf, makeTranslate } from '../l10n/translate.ts';
import { watchTopologies } from './diagnostics.ts';
import { runInTerminal } from './run-in-terminal.ts';

/** VS Code calls this when the first topology file is opened or a command is run. */
export function activate(context: vscode.ExtensionContext): void {
  const translate = makeTranslate(localeOf(vscode.env.language));
  context.subscriptions.push(
    watchTopologies(translate),
    vscode.commands.registerCommand('lbLab.runInTerminal', () => runInTerminal(context, translate)),
  );
}
