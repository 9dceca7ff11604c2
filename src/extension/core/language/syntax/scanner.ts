import type { SyntaxScalar } from './tree.ts';

/** Reads a text from left to right; what a token is stands here, how tokens nest in the parser. */
export class Scanner {
  readonly text: string;
  at = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  get char(): string {
    return this.text[this.at] ?? '';
  }

  get lineStart(): number {
    return this.#lineStart;
  }

  get atFirstOfLine(): boolean {
    return this.text.slice(this.#lineStart, this.at).trim() === '';
  }

  /** Characters from the start of the line. */
  get column(): number {
    return this.at - this.#lineStart;
  }

  /** Over blanks, empty lines and comments, to the next thing that means something. */
  skipToContent(): void {
    for (; !this.done; this.at++) {
      if (this.char === '#' && this.#endsWord(this.at - 1)) this.skipToLineEnd();
      const char = this.char;
      if (char === '\n') this.#lineStart = this.at + 1;
      else if (char !== '' && char !== ' ' && char !== '\t' && char !== '\r') return;
    }
  }

  skipBlanks(): void {
    while (this.char === ' ' || this.char === '\t' || this.char === '\r') this.at++;
  }

  skipToLineEnd(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end === -1 ? this.text.length : end;
  }

  /** Whether nothing but blanks and a comment is left on the line. */
  get atLineEnd(): boolean {
    const char = this.char;
    return char === '' || char === '\n' || (char === '#' && this.#endsWord(this.at - 1));
  }

  /** A dash that begins an item of a list. */
  get atDash(): boolean {
    return this.char === '-' && this.#endsWord(this.at + 1);
  }

  /** A colon that ends a key: before a blank, or in braces before what ends a value. */
  isColon(at: number, flow: boolean): boolean {
    if (this.text[at] !== ':') return false;
    return this.#endsWord(at + 1) || (flow && FLOW_END.includes(this.text[at + 1]!));
  }

  /** Anchors and tags say nothing about a topology. */
  skipProperties(): void {
    while (this.char === '&' || this.char === '!') {
      while (!this.#endsWord(this.at) && !FLOW_END.includes(this.char)) this.at++;
      this.skipBlanks();
    }
  }

  /** A quoted text, or a plain one up to a colon, a comment, the end of the line, and in braces what ends a value there. */
  scalar(flow: boolean): SyntaxScalar {
    return this.char === '"' || this.char === "'" ? this.#quoted() : this.#plain(flow);
  }

  /** The text of `|` and `>`: every line that is indented deeper than its key. */
  blockText(indent: number): SyntaxScalar {
    const start = this.at;
    const mark = this.char;
    this.skipToLineEnd();
    let end = this.at;
    while (!this.done) {
      const line = this.at + 1;
      let first = line;
      while (this.text[first] === ' ') first++;
      const isEmpty = first >= this.text.length || this.text[first] === '\n';
      if (!isEmpty && first - line <= indent) break;
      this.at = first;
      this.skipToLineEnd();
      if (!isEmpty) end = this.at;
    }
    return { kind: 'scalar', start, end, text: this.text.slice(start, end), quote: '', mark };
  }

  #plain(flow: boolean): SyntaxScalar {
    const start = this.at;
    while (!this.done && this.char !== '\n') {
      if (this.char === '#' && this.at > start && this.#endsWord(this.at - 1)) break;
      if (this.isColon(this.at, flow) || (flow && FLOW_END.includes(this.char))) break;
      this.at++;
    }
    const text = this.text.slice(start, this.at).trimEnd();
    const end = start + text.length;
    return { kind: 'scalar', start, end, text, quote: '', mark: text.startsWith('*') ? '*' : '' };
  }

  /** A quote that is not closed ends with its line. */
  #quoted(): SyntaxScalar {
    const start = this.at;
    const quote = this.char;
    let text = '';
    for (this.at++; !this.done && this.char !== '\n'; this.at++) {
      if (this.char === quote) {
        if (quote === '"' || this.text[this.at + 1] !== quote) break;
        this.at++;
      } else if (quote === '"' && this.char === '\\') this.at++;
      text += this.char;
    }
    const isClosed = this.char === quote;
    if (isClosed) this.at++;
    return { kind: 'scalar', start, end: this.at, text, quote, mark: '' };
  }

  #endsWord(at: number): boolean {
    const char = this.text[at];
    return char === undefined || char === ' ' || char === '\n' || char === '\t' || char === '\r';
  }
}

const FLOW_END = ',[]{}';
