/** An array of `struct mmsghdr` as 64-bit little-endian Linux has it (sendmmsg(2)), laid out once and used again. */

const WORDS = 16;
const PIECE_WORDS = 4;
const PIECE = 4;
const PIECE_COUNT = 6;

/** Where a typed array stands in memory: below 2^53 on every machine there is. */
export type AddressOf = (bytes: ArrayBufferView) => number;

export class Messages {
  readonly headers: Uint32Array;
  readonly #pieces: Uint32Array;

  constructor(count: number, addressOf: AddressOf) {
    this.headers = new Uint32Array(count * WORDS);
    this.#pieces = new Uint32Array(count * PIECE_WORDS);
    const pieces = addressOf(this.#pieces);
    for (let i = 0; i < count; i++) {
      writeAddress(this.headers, i * WORDS + PIECE, pieces + i * PIECE_WORDS * 4);
      this.headers[i * WORDS + PIECE_COUNT] = 1;
    }
  }

  /** Message `index` is `length` bytes at `address`. */
  place(index: number, address: number, length: number): void {
    writeAddress(this.#pieces, index * PIECE_WORDS, address);
    this.#pieces[index * PIECE_WORDS + 2] = length;
  }

  /** The headers without the first `index`, for a call that left off there. */
  headersFrom(index: number): Uint32Array {
    return this.headers.subarray(index * WORDS);
  }
}

/** A 64-bit address in two words; storing in a Uint32Array keeps the low 32 bits of a number. */
function writeAddress(words: Uint32Array, at: number, address: number): void {
  words[at] = address;
  words[at + 1] = address / 0x1_0000_0000;
}
