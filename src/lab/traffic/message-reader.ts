import { asciiText } from './ascii.ts';

/** Where a head ends, as bytes: CR LF CR LF. */
const HEAD_END = [13, 10, 13, 10];
/** Longer heads are not HTTP of ours. */
const LONGEST_HEAD = 16_384;

export interface Message {
  /** `GET / HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyLength: number;
}

/** Reads messages from a byte stream, whatever the segments it comes in: heads, and bodies by Content-Length. */
export class MessageReader {
  readonly #head: number[] = [];
  #current: Message | undefined;
  #bodyLeft = 0;

  /** How much has come of the message that is not whole yet; `undefined` when nothing has. */
  get part(): { readonly bytes: number; readonly ofBytes?: number } | undefined {
    if (this.#current) {
      const { bodyLength } = this.#current;
      return { bytes: bodyLength - this.#bodyLeft, ofBytes: bodyLength };
    }
    return this.#head.length > 0 ? { bytes: 0 } : undefined;
  }

  /** Takes bytes in; returns the messages that are whole now. */
  read(bytes: Uint8Array): Message[] {
    const whole: Message[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.#current) {
        const taken = Math.min(this.#bodyLeft, bytes.length - at);
        this.#bodyLeft -= taken;
        at += taken;
      } else {
        this.#readHead(bytes[at]!);
        at += 1;
      }
      if (this.#current && this.#bodyLeft === 0) {
        whole.push(this.#current);
        this.#current = undefined;
      }
    }
    return whole;
  }

  #readHead(byte: number): void {
    const head = this.#head;
    if (head.length === LONGEST_HEAD) head.length = 0;
    head.push(byte);
    if (!HEAD_END.every((wanted, index) => head[head.length - HEAD_END.length + index] === wanted)) return;
    this.#current = parseHead(asciiText(Uint8Array.from(head)));
    this.#bodyLeft = this.#current.bodyLength;
    head.length = 0;
  }
}

function parseHead(text: string): Message {
  const [startLine = '', ...lines] = text.trimEnd().split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { startLine, headers, bodyLength: wholeNumber(headers.get('content-length')) };
}

/** 0 for anything that is no number, or one too big to be counted to. */
export function wholeNumber(text: string | undefined): number {
  const number = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(number) ? number : 0;
}
