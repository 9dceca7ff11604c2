import { nextTurn, type Pause } from '../labs/in-slices.ts';

/** Some milliseconds of reading. */
const PIECE = 1 << 20;

/** A file's bytes in pieces: between them everybody else has their turn. @param onShare May throw, which ends it. */
export async function* inPieces(
  bytes: Uint8Array,
  onShare: (share: number) => void,
  pause: Pause = nextTurn,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    onShare(at / bytes.length);
    yield bytes.subarray(at, at + PIECE);
    await pause();
  }
}
