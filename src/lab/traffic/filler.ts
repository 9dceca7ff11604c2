import { asciiBytes } from './ascii.ts';

/** A piece of a long body; the pieces of one body share their memory. */
const PIECE_BYTES = 262_144;

/** `text` over and over, `length` bytes of it, in pieces that nobody may change: a long body costs no more than a short one. */
export function filler(text: string, length: number): readonly Uint8Array[] {
  const once = asciiBytes(text);
  const times = Math.max(1, Math.floor(PIECE_BYTES / once.length));
  const piece = new Uint8Array(Math.min(length, once.length * times));
  for (let at = 0; at < piece.length; at += once.length) piece.set(once.subarray(0, piece.length - at), at);
  const pieces: Uint8Array[] = [];
  for (let left = length; left > 0; left -= piece.length)
    pieces.push(left >= piece.length ? piece : piece.subarray(0, left));
  return pieces;
}
