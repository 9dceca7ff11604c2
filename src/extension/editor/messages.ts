import * as vscode from 'vscode';
import type { Translate } from '../../l10n/translate.ts';
import { showMessage, type Log } from './editor-ui.ts';
import { Cancelled, LabFailure } from '../core/labs/lab-failure.ts';

/** Shows what went wrong, with the one button that helps. What nobody foresaw goes to the log with its stack. */
export class Messages {
  readonly #translate: Translate;
  readonly #log: Log;

  constructor(translate: Translate, log: Log) {
    this.#translate = translate;
    this.#log = log;
  }

  /** Never rejects, and does not wait for the button. */
  failure(error: unknown): void {
    if (error instanceof Cancelled) return;
    this.#log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (error instanceof LabFailure) {
      this.#show('error', error.message, error.remedy);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#show('error', this.#translate('extension.unforeseen', { message }), {
      text: this.#translate('extension.show-log'),
      command: 'lbLab.showLog',
    });
  }

  warning(text: string): void {
    this.#log.warn(text);
    this.#show('warning', text, undefined);
  }

  hint(text: string, remedy?: LabFailure['remedy']): void {
    this.#show('information', text, remedy);
  }

  /** Runs what somebody asked for; what fails is shown. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failure(error);
    }
  }

  #show(kind: Parameters<typeof showMessage>[0], text: string, remedy: LabFailure['remedy']): void {
    void showMessage(kind, text, ...(remedy ? [remedy.text] : [])).then(
      (chosen) => {
        if (chosen !== undefined && remedy)
          void vscode.commands
            .executeCommand(remedy.command, ...(remedy.arguments ?? []))
            .then(undefined, (error: unknown) => this.#log.error(String(error)));
      },
      // A window without dialogs, as in tests of the editor itself, refuses to show any.
      (error: unknown) => this.#log.warn(String(error)),
    );
  }
}
