import type { Readable, Writable } from 'node:stream';

/** More than this unread, and the reader is too slow. */
const MOST_WAITING = 8 * 2 ** 20;

/** Objects as lines of JSON, gathered and written once per turn of the event loop. */
export class LineWriter {
  readonly #stream: Writable;
  #waiting = '';
  #scheduled = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    // The reader is gone: the end of the input follows and says so.
    stream.on('error', () => undefined);
  }

  /** Whether what may be left out should be. */
  get full(): boolean {
    return this.#waiting.length + this.#stream.writableLength > MOST_WAITING;
  }

  write(message: unknown): void {
    this.#waiting += `${JSON.stringify(message)}\n`;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  end(done: () => void): void {
    this.#flush();
    this.#stream.end(done);
  }

  #flush(): void {
    this.#scheduled = false;
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#stream.write(text);
  }
}

/** Calls `line` for each line of JSON; a last line without an end counts for nothing. */
export function readLines(
  stream: Readable,
  on: { line(message: unknown): void; bad(text: string): void; end(): void },
): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') parse(line);
  });
  stream.once('end', on.end);
  stream.once('error', on.end);

  function parse(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      on.bad(text);
      return;
    }
    on.line(message);
  }
}
