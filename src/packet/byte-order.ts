/** Reads numbers of a file in the byte order that the file says it has. The caller has checked the bounds. */
export class ByteOrder {
  readonly littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  u16(bytes: Uint8Array, at: number): number {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    return this.littleEndian ? (second << 8) | first : (first << 8) | second;
  }

  u32(bytes: Uint8Array, at: number): number {
    const [first, second] = [this.u16(bytes, at), this.u16(bytes, at + 2)];
    return this.littleEndian ? second * 0x1_0000 + first : first * 0x1_0000 + second;
  }

  u64(bytes: Uint8Array, at: number): bigint {
    const [first, second] = [BigInt(this.u32(bytes, at)), BigInt(this.u32(bytes, at + 4))];
    return this.littleEndian ? (second << 32n) | first : (first << 32n) | second;
  }
}
