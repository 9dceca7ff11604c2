/** A growing little-endian buffer. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  u16(value: number): void {
    const bytes = this.#room(2);
    bytes[this.#length++] = value;
    bytes[this.#length++] = value >>> 8;
  }

  u32(value: number): void {
    const bytes = this.#room(4);
    for (let shift = 0; shift < 32; shift += 8) bytes[this.#length++] = value >>> shift;
  }

  /** The low 64 bits. */
  u64(value: bigint): void {
    this.u32(Number(value & 0xffff_ffffn));
    this.u32(Number((value >> 32n) & 0xffff_ffffn));
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Zeros up to a multiple of 4. */
  align4(): void {
    while (this.#length % 4 !== 0) this.u8(0);
  }

  /** Overwrites what was written at `at`. */
  patchU32(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = value >>> (8 * i);
  }

  /** What was written, as an array of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** As `finish`; then it begins anew. What follows is aligned as before if what was taken is. */
  take(): Uint8Array {
    const bytes = this.finish();
    this.#length = 0;
    return bytes;
  }

  #room(count: number): Uint8Array {
    if (this.#length + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}
