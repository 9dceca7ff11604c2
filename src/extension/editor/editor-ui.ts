import * as vscode from 'vscode';
import { visible } from '../../l10n/visible.ts';
import { editorText } from '../core/editor-text.ts';

/**
 * The one way to messages, picks, progress, terminals and logs of the editor: what they show may come from a file, a
 * capture or a container, and is text whatever it holds. A lint rule keeps others from going past it.
 */

const show = {
  error: vscode.window.showErrorMessage,
  warning: vscode.window.showWarningMessage,
  information: vscode.window.showInformationMessage,
} satisfies Record<string, (text: string, ...buttons: string[]) => Thenable<string | undefined>>;

/** Resolves to the button that was pressed, or undefined. */
export function showMessage(
  kind: keyof typeof show,
  text: string,
  ...buttons: readonly string[]
): Thenable<string | undefined> {
  return show[kind](editorText(text), ...buttons);
}

/** The item that was picked, as it was given. */
export async function pick<Item extends vscode.QuickPickItem>(
  items: readonly Item[],
  placeHolder: string,
): Promise<Item | undefined> {
  const shown = items.map((item) => ({
    ...item,
    label: editorText(item.label),
    ...(item.description !== undefined && { description: editorText(item.description) }),
    item,
  }));
  const options = { placeHolder: editorText(placeHolder), matchOnDescription: true };
  return (await vscode.window.showQuickPick(shown, options))?.item;
}

/** Those that were picked, in their order here; undefined when nobody did. */
export async function pickSeveral<Item extends vscode.QuickPickItem>(
  items: readonly Item[],
  placeHolder: string,
): Promise<Item[] | undefined> {
  const shown = items.map((item) => ({
    ...item,
    label: editorText(item.label),
    ...(item.description !== undefined && { description: editorText(item.description) }),
    item,
  }));
  const options = {
    placeHolder: editorText(placeHolder),
    matchOnDescription: true,
    canPickMany: true,
  } as const;
  const picked = await vscode.window.showQuickPick(shown, options);
  return picked?.map(({ item }) => item);
}

/** What was typed; undefined when somebody thought better of it. @param wrong What is wrong with it, if anything. */
export function askFor(
  prompt: string,
  wrong: (typed: string) => string | undefined,
): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    prompt: editorText(prompt),
    validateInput: (typed) => {
      const problem = wrong(typed);
      return problem === undefined ? undefined : editorText(problem);
    },
  });
}

/** A notification until the work is done. @param cancel Called by its button, which it has then. */
export function withProgress<Result>(
  title: string,
  cancel: (() => void) | undefined,
  work: (report: (text: string) => void) => Thenable<Result>,
): Thenable<Result> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: editorText(title),
    cancellable: cancel !== undefined,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => cancel?.());
    return work((text) => progress.report({ message: editorText(text) }));
  });
}

export function openTerminal(name: string, pty: vscode.Pseudoterminal): void {
  const iconPath = new vscode.ThemeIcon('terminal');
  vscode.window.createTerminal({ name: editorText(name), pty, iconPath }).show();
}

/** As much of a log as is written to; what follows a line of one message stands indented, so that it is no message. */
export type Log = Pick<vscode.LogOutputChannel, 'info' | 'warn' | 'error' | 'show' | 'dispose'>;

export function createLog(name: string): Log {
  const channel = vscode.window.createOutputChannel(name, { log: true });
  const text = (message: string | Error) =>
    String(message instanceof Error ? (message.stack ?? message) : message)
      .split('\n')
      .map(visible)
      .join('\n    ');
  return {
    info: (message) => channel.info(text(message)),
    warn: (message) => channel.warn(text(message)),
    error: (message) => channel.error(text(message)),
    show: () => channel.show(),
    dispose: () => channel.dispose(),
  };
}
