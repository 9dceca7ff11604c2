import * as vscode from 'vscode';
import { localeOf, makeTranslate } from '../l10n/translate.ts';
import { registerLanguage } from './language/register.ts';
import { runInTerminal } from './run-in-terminal.ts';

/** VS Code calls this when the first topology file is opened or a command is run. */
export function activate(context: vscode.ExtensionContext): void {
  const translate = makeTranslate(localeOf(vscode.env.language));
  context.subscriptions.push(
    registerLanguage({ translate }),
    vscode.commands.registerCommand('lbLab.runInTerminal', () => runInTerminal(context, translate)),
  );
}
