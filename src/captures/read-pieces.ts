import { CaptureReader } from '../packet/capture-reader.ts';
import type { Capture } from '../packet/capture.ts';
import { gunzip, type Pieces } from './gunzip.ts';

/**
 * A capture that comes in pieces, packed with gzip or not.
 * @param onPiece After each piece that was read, and waited for.
 */
export async function readPieces(pieces: Pieces, onPiece?: () => void | Promise<void>): Promise<Capture> {
  const reader = new CaptureReader();
  for await (const piece of gunzip(pieces)) {
    reader.add(piece);
    await onPiece?.();
  }
  return reader.end();
}
