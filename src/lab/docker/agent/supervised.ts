import { spawn, type ChildProcess } from 'node:child_process';

export interface SupervisedOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** What a new process is told first: it is told again after a restart. */
  readonly greeting: () => readonly unknown[];
  /** A line of JSON from the process. */
  readonly onMessage: (message: unknown) => void;
  /** It ended by itself; `restarted` says whether it runs again. */
  readonly onEnd: (message: string, restarted: boolean) => void;
}

const LONGEST_TAIL = 2000;
/** A process that keeps dying is given up after so many times within a minute. */
const MOST_RESTARTS = 5;
const MINUTE_MS = 60_000;
const PAUSE_MS = 200;

/** A process of the node that talks in lines of JSON and is started again when it dies. It ends when its input does. */
export class Supervised {
  readonly #options: SupervisedOptions;
  #child: ChildProcess | undefined;
  #stopped = false;
  #ends: number[] = [];

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

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(timer);
  }

  #start(): void {
    const { program, args, greeting } = this.#options;
    const child = spawn(program, args, { stdio: 'pipe' });
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
    child.on('close', (code, signal) => end(signal ?? `exit code ${String(code)}`));
    for (const message of greeting()) this.tell(message);
  }

  #read(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    this.#options.onMessage(message);
  }

  #ended(message: string): void {
    if (this.#stopped) return;
    const now = Date.now();
    this.#ends = [...this.#ends.filter((at) => now - at < MINUTE_MS), now];
    const again = this.#ends.length <= MOST_RESTARTS;
    this.#options.onEnd(message, again);
    if (again)
      setTimeout(() => {
        if (!this.#stopped) this.#start();
      }, PAUSE_MS);
  }
}
