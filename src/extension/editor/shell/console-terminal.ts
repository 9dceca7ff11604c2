import * as vscode from 'vscode';
import type { Translate } from '../../../l10n/translate.ts';
import { visible } from '../../../l10n/visible.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { refuseCovered } from '../../core/labs/refuse-covered.ts';
import type { ConsoleNode } from '../../../console/command.ts';
import { runLine } from '../../../console/console.ts';
import { LineEditor } from '../../core/shell/line-editor.ts';
import { sessionNode } from '../../core/shell/session-node.ts';

/** A small console on a node of a lab in memory. */
export class ConsoleTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<void>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  readonly #editor: LineEditor;
  readonly #session: LabSession;
  readonly #node: ConsoleNode;
  readonly #translate: Translate;
  /** Of the command that runs. */
  #running: AbortController | undefined;
  #isClosed = false;

  constructor(session: LabSession, node: string, translate: Translate) {
    this.#translate = translate;
    this.#session = session;
    this.#node = sessionNode(session, node);
    this.#editor = new LineEditor(`${visible(node)}# `, {
      write: (text) => this.#write(text),
      enter: (line) => void this.#run(line),
      interrupt: () => this.#editor.begin(),
      end: () => this.#closed.fire(),
    });
  }

  open(): void {
    this.#write(`${visible(this.#translate('extension.console.welcome', { node: this.#node.name }))}\r\n`);
    this.#editor.begin();
  }

  handleInput(data: string): void {
    if (!this.#running) this.#editor.input(data);
    else if (data.includes('\x03')) this.#running.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#running?.abort();
    this.#written.dispose();
    this.#closed.dispose();
  }

  async #run(line: string): Promise<void> {
    if (line.trim() === 'exit') {
      this.#closed.fire();
      return;
    }
    const running = new AbortController();
    this.#running = running;
    const print = (text: string) => this.#write(`${text.split('\n').map(visible).join('\r\n')}\r\n`);
    try {
      refuseCovered(this.#session, this.#translate);
      await runLine(line, this.#node, { print, signal: running.signal }, this.#translate);
    } catch (error) {
      print(error instanceof Error ? error.message : String(error));
    } finally {
      this.#running = undefined;
      this.#editor.begin();
    }
  }

  #write(text: string): void {
    if (!this.#isClosed) this.#written.fire(text);
  }
}
