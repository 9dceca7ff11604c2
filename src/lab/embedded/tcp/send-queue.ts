import { NO_BYTES } from './segment.ts';

/** Bytes written and not yet acknowledged. The first of them stands at the sequence number the connection keeps for it. */
export class SendQueue {
  readonly #chunks: Uint8Array[] = [];
  /** Acknowledged bytes at the head of the first chunk. */
  #skipped = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes the bytes over: the caller no longer changes them. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** A copy of `length` bytes from `offset`. */
  copy(offset: number, length: number): Uint8Array {
    if (length === 0) return NO_BYTES;
    const copied = new Uint8Array(length);
    let filled = 0;
    let skip = this.#skipped + offset;
    for (const chunk of this.#chunks) {
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const part = chunk.subarray(skip, skip + length - filled);
      copied.set(part, filled);
      filled += part.length;
      skip = 0;
      if (filled === length) break;
    }
    return copied;
  }

  /** Forgets the first `count` bytes: they were acknowledged. */
  discard(count: number): void {
    this.#length -= count;
    this.#skipped += count;
    let whole = 0;
    while (whole < this.#chunks.length && this.#skipped >= this.#chunks[whole]!.length) {
      this.#skipped -= this.#chunks[whole]!.length;
      whole += 1;
    }
    if (whole > 0) this.#chunks.splice(0, whole);
  }
}
