import { visible } from '../../../l10n/visible.ts';

const INTERRUPT = '\x03';
const END = '\x04';
const CLEAR = '\x0c';
/** What a terminal sends for keys that are not characters: `ESC [ …` and `ESC O …`. */
// eslint-disable-next-line no-control-regex -- escape sequences begin with one
const PIECES = /\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu;

export interface LineEvents {
  readonly write: (text: string) => void;
  readonly enter: (line: string) => void;
  readonly interrupt: () => void;
  /** Ctrl-D on an empty line. */
  readonly end: () => void;
}

/** The line a person types at a prompt: backspace, history with the arrows, Ctrl-C, Ctrl-D, Ctrl-L. */
export class LineEditor {
  readonly #events: LineEvents;
  readonly #prompt: string;
  readonly #history: string[] = [];
  #at = 0;
  #line = '';

  constructor(prompt: string, events: LineEvents) {
    this.#prompt = prompt;
    this.#events = events;
  }

  begin(): void {
    this.#line = '';
    this.#events.write(this.#prompt);
  }

  input(data: string): void {
    for (const [piece] of data.matchAll(PIECES)) this.#piece(piece);
  }

  #piece(piece: string): void {
    switch (piece) {
      case '\r':
      case '\n':
        return this.#enter();
      case '\x7f':
      case '\b':
        return this.#show([...this.#line].slice(0, -1).join(''));
      case INTERRUPT:
        this.#events.write('^C\r\n');
        this.#line = '';
        return this.#events.interrupt();
      case END:
        if (this.#line === '') this.#events.end();
        return;
      case CLEAR:
        this.#events.write('\x1b[2J\x1b[H');
        return this.#show(this.#line);
      case '\x1b[A':
        return this.#recall(-1);
      case '\x1b[B':
        return this.#recall(1);
      default:
        if (piece < ' ' || piece.startsWith('\x1b')) return;
        this.#line += piece;
        this.#events.write(visible(piece));
    }
  }

  #enter(): void {
    const line = this.#line;
    this.#events.write('\r\n');
    if (line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    this.#at = this.#history.length;
    this.#line = '';
    this.#events.enter(line);
  }

  #recall(step: number): void {
    this.#at = Math.min(Math.max(0, this.#at + step), this.#history.length);
    this.#show(this.#history[this.#at] ?? '');
  }

  #show(line: string): void {
    this.#line = line;
    this.#events.write(`\r\x1b[K${this.#prompt}${visible(line)}`);
  }
}
