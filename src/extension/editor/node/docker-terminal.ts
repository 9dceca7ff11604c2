import * as vscode from 'vscode';
import { visible } from '../../../l10n/visible.ts';
import type { DockerClient, ExecSession } from '../../../lab/docker/docker-client.ts';
import { LABEL } from '../../../lab/docker/labels.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import type { PlatformParts } from '../platform.ts';
import { asLabFailure } from './docker-failure.ts';
import { openEngine } from './open-engine.ts';

/** A shell in a node's container, over the engine's own connection: no docker program is needed. */
export class DockerTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  readonly #parts: PlatformParts;
  readonly #session: LabSession;
  readonly #node: string;
  #client: DockerClient | undefined;
  #exec: ExecSession | undefined;
  #isClosed = false;

  constructor(parts: PlatformParts, session: LabSession, node: string) {
    this.#parts = parts;
    this.#session = session;
    this.#node = node;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    this.#run(size ?? { columns: 80, rows: 24 }).then(
      (code) => this.#end(code),
      (error: unknown) => {
        const failure = asLabFailure(error, this.#parts);
        const text = failure instanceof Error ? failure.message : String(failure);
        this.#written.fire(`${text.split('\n').map(visible).join('\r\n')}\r\n`);
        this.#end(1);
      },
    );
  }

  handleInput(data: string): void {
    this.#exec?.stdin.write(data);
  }

  setDimensions({ columns, rows }: vscode.TerminalDimensions): void {
    this.#exec?.resize(columns, rows).catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#exec?.destroy();
    this.#client?.close();
    this.#written.dispose();
    this.#closed.dispose();
  }

  async #run(tty: vscode.TerminalDimensions): Promise<number> {
    const { client } = await openEngine(this.#parts);
    this.#client = client;
    const container = await this.#container(client);
    if (container === undefined)
      throw new Error(this.#parts.translate('extension.node-not-running', { node: this.#node }));
    const exec = await client.exec(container, {
      command: ['sh', '-c', 'exec $(command -v bash || echo sh)'],
      tty,
      environment: { TERM: 'xterm-256color' },
    });
    this.#exec = exec;
    if (this.#isClosed) exec.destroy();
    exec.stdin.on('error', () => undefined);
    const decoder = new TextDecoder();
    exec.stdout.on('data', (bytes: Uint8Array) => this.#write(decoder.decode(bytes, { stream: true })));
    exec.stderr.resume();
    return exec.exitCode();
  }

  async #container(client: DockerClient): Promise<string | undefined> {
    const engine = this.#session.run.engine;
    const id = engine && 'id' in engine ? String(engine.id) : '';
    const found = await client.listContainers([`${LABEL.lab}=${id}`, `${LABEL.node}=${this.#node}`]);
    return found.find(({ state }) => state === 'running')?.id;
  }

  #write(text: string): void {
    if (!this.#isClosed) this.#written.fire(text);
  }

  #end(code: number): void {
    this.#client?.close();
    // A shell that went with its lab did not fail.
    if (!this.#isClosed) this.#closed.fire(this.#session.run.isRunning ? code : 0);
  }
}
