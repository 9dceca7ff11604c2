import { spawn, type ChildProcess } from 'node:child_process';
import { Restarts } from './restarts.ts';

export interface SupervisedOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** What a new process is told first: it is told again after a restart. */
  readonly greeting?: () => readonly unknown[];
  /** A line of JSON from the process. */
  readonly onMessage?: (message: unknown) => void;
  /** How it is asked to end; the end of its input is enough where this is left out. */
  readonly stopSignal?: NodeJS.Signals;
  /** It ended by itself; `restarted` says whether it runs again. */
  readonly onEnd: (message: string, restarted: boolean) => void;
}

const LONGEST_TAIL = 2000;
const PAUSE_MS = 200;

/** A process of the node that is started again when it dies. What it has to say to the agent are lines of JSON. */
export class Supervised {
  readonly #options: SupervisedOptions;
  #child: ChildProcess | undefined;
  #stopped = false;
  readonly #restarts = new Restarts();

  constructor(options: SupervisedOptions) {
    this.#options = options;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  tell(message: unknown): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.stdin?.end();
    if (this.#options.stopSignal) child.kill(this.#options.stopSignal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(timer);
  }

  #start(): void {
    const { program, args, greeting } = this.#options;
    const child = spawn(program, args, { stdio: 'pipe', detached: true });
    this.#child = child;
    let tail = '';
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (tail = (tail + text).slice(-LONGEST_TAIL)));
    let line = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const one of lines) if (one !== '') this.#read(one);
    });
    child.stdin.on('error', () => undefined);
    let ended = false;
    const end = (why: string) => {
      if (ended) return;
      ended = true;
      this.#ended(`${why}${tail.trim() === '' ? '' : `: ${tail.trim()}`}`);
    };
    child.on('error', (error) => end(error.message));
    // What it started must not outlive it: nginx's workers would keep its ports.
    child.on('exit', () => killGroup(child.pid));
    child.on('close', (code, signal) => end(signal ?? `exit code ${String(code)}`));
    for (const message of greeting?.() ?? []) this.tell(message);
  }

  #read(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    this.#options.onMessage?.(message);
  }

  #ended(message: string): void {
    if (this.#stopped) return;
    const again = this.#restarts.allow(Date.now());
    this.#options.onEnd(message, again);
    if (again)
      setTimeout(() => {
        if (!this.#stopped) this.#start();
      }, PAUSE_MS);
  }
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
