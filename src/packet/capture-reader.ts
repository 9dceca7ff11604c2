import { joined } from './bytes.ts';
import type { CaptureParser } from './capture-parser.ts';
import type { Capture } from './capture.ts';
import { parserFor } from './read-capture.ts';

/** As long as a pcap's header: which format it is shows in it. */
const FIRST = 24;

/** Reads a capture that comes in pieces, cut anywhere. What it tells is what `readCapture` tells of them as one. */
export class CaptureReader {
  #parser: CaptureParser | undefined;
  /** What was not read yet, and how much of it there must be. */
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #needs = FIRST;
  /** Where it stands in the file. */
  #base = 0;
  #isOver = false;

  /** What was read so far: it grows with what is added. `undefined` while it is not known what it is. */
  get capture(): Capture | undefined {
    return this.#parser?.capture;
  }

  /** The bytes are kept, for records are views into them. */
  add(piece: Uint8Array): void {
    if (this.#isOver || piece.length === 0) return;
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (this.#waiting >= this.#needs) this.#read(false);
  }

  /** Gives up the oldest records; the others keep their numbers. */
  drop(count: number): void {
    this.#parser?.drop(count);
  }

  /** Nothing more comes. */
  end(): Capture {
    if (!this.#isOver) this.#read(true);
    this.#isOver = true;
    return this.#parser!.capture;
  }

  #read(isLast: boolean): void {
    const bytes = joined(this.#pieces);
    const parser = (this.#parser ??= parserFor(bytes));
    const { used, needs } = parser.read(bytes, this.#base, isLast);
    const rest = bytes.subarray(used);
    this.#isOver = needs === 0;
    this.#pieces = this.#isOver || rest.length === 0 ? [] : [rest];
    this.#waiting = this.#isOver ? 0 : rest.length;
    this.#needs = needs;
    this.#base += used;
  }
}
