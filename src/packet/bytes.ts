/**
 * Big-endian reads and writes at absolute offsets. The caller has checked the bounds: these are on the hot path,
 * and one length check per header at the edge is enough.
 */

export function u8(bytes: Uint8Array, offset: number): number {
  return bytes[offset]!;
}

export function u16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** Unsigned: a number from 0 to 2^32 - 1. */
export function u32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** A MAC address as a number: 48 bits fit into a safe integer. */
export function u48(bytes: Uint8Array, offset: number): number {
  return u16(bytes, offset) * 0x1_0000_0000 + u32(bytes, offset + 2);
}

export function setU8(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
}

export function setU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

export function setU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

export function setU48(bytes: Uint8Array, offset: number, value: number): void {
  setU16(bytes, offset, Math.floor(value / 0x1_0000_0000));
  setU32(bytes, offset + 2, value % 0x1_0000_0000);
}

/** No bytes. Shared, because most headers have no options. */
export const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * `[start, end)` of `bytes` without a copy. Not `subarray`: on a Node `Buffer` that gives another `Buffer`, and
 * these views are compared with plain arrays.
 */
export function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return end > start ? new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start) : EMPTY;
}

/** Four at a time, because payloads are compared often and this halves the time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a;
  if (length !== b.length) return false;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const difference =
      (a[i]! ^ b[i]!) | (a[i + 1]! ^ b[i + 1]!) | (a[i + 2]! ^ b[i + 2]!) | (a[i + 3]! ^ b[i + 3]!);
    if (difference !== 0) return false;
  }
  for (; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One after the other; a single one as it is. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length <= 1) return pieces[0] ?? EMPTY;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
