import { sequenceAdd, sequenceAfter, sequenceDistance } from './sequence.ts';

interface Piece {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** Data that arrived ahead of a gap, kept in order until the gap is filled. The receive window bounds it. */
export class ReceiveQueue {
  readonly #pieces: Piece[] = [];

  add(sequence: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    let at = this.#pieces.length;
    while (at > 0 && sequenceAfter(this.#pieces[at - 1]!.sequence, sequence)) at -= 1;
    // A copy that an earlier piece with the same start covers is not worth keeping: senders repeat themselves.
    const previous = this.#pieces[at - 1];
    if (previous?.sequence === sequence && previous.bytes.length >= bytes.length) return;
    this.#pieces.splice(at, 0, { sequence, bytes });
  }

  /** Takes the bytes that follow `next` without a gap; overlap with what was delivered is cut away. */
  take(next: number): Uint8Array[] {
    const ready: Uint8Array[] = [];
    let position = next;
    let used = 0;
    for (const piece of this.#pieces) {
      const known = sequenceDistance(position, piece.sequence);
      if (known < 0) break;
      used += 1;
      if (known >= piece.bytes.length) continue;
      ready.push(known === 0 ? piece.bytes : piece.bytes.subarray(known));
      position = sequenceAdd(piece.sequence, piece.bytes.length);
    }
    this.#pieces.splice(0, used);
    return ready;
  }
}
