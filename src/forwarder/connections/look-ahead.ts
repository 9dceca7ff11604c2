import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { Frame } from '../frame.ts';
import * as at from './layout.ts';
import type { ConnectionTable } from './table.ts';
import { addressAt } from '../headers.ts';

/** Frames looked up together. */
const MOST = 64;
const IP = ethernet.HEADER_LENGTH;
const L4 = IP + ipv4.HEADER_LENGTH;
const NEEDED = L4 + 4;

/**
 * Finds the connections of frames that came together before any of them is decided about. Each of the two loads of a
 * lookup, from the index and from the entry, is done for all of them in a loop of its own: none depends on the one before,
 * so that the processor waits for many cache lines at once, and when a frame's turn comes its entry is in the cache
 * (VPP's dual loops and prefetches, by other means). What is found is a guess, written to `Frame.guess`: a frame that is
 * no TCP or UDP, that is malformed or has IP options, gets one that is wrong, and each is checked before it is believed.
 */
export class LookAhead {
  private readonly table: ConnectionTable;
  private readonly hashes = new Int32Array(MOST);
  private readonly slots = new Int32Array(MOST);

  constructor(table: ConnectionTable) {
    this.table = table;
  }

  /** The first `count` of `frames`; one alone has nothing to wait for together with. */
  look(frames: readonly Frame[], count: number): void {
    if (count === 1) return;
    for (let first = 0; first < count; first += MOST)
      this.lookAt(frames, first, Math.min(MOST, count - first));
  }

  private lookAt(frames: readonly Frame[], first: number, count: number): void {
    const { table, hashes, slots } = this;
    for (let i = 0; i < count; i++) {
      const { view, start, end } = frames[first + i]!;
      hashes[i] =
        end - start < NEEDED
          ? 0
          : table.hash(
              addressAt(view, start + IP + ipv4.SOURCE),
              addressAt(view, start + IP + ipv4.DESTINATION),
              view.getInt32(start + L4),
              view.getUint8(start + IP + ipv4.PROTOCOL),
            );
    }
    table.readIndex(hashes, slots, count);
    const { words } = table;
    for (let i = 0; i < count; i++) {
      const guess = table.guess(hashes[i]!, slots[i]!);
      frames[first + i]!.guess = guess;
      // Written where nobody reads it: a load that is of no use is left out.
      slots[i] = words[guess < 0 ? 0 : (guess >> 1) << at.LOG2_WORDS]!;
    }
  }
}
