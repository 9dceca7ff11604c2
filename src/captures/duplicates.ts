import type { FrameEvent } from '../lab/events.ts';

/** One interface does not send or get the same bytes twice in this time; what recorded it does write them twice. */
const WITHIN_NS = 20_000;
/** A switch that mirrors what enters and what leaves writes a frame twice, as far apart as it had to wait inside. */
const MIRRORED_WITHIN_NS = 1_000_000;

/**
 * Finds frames that were recorded twice: the same bytes at the same interface in the same direction, within some
 * microseconds. A retransmission comes later, and has another IP id on most systems.
 */
export class Duplicates {
  readonly #recent: FrameEvent[] = [];
  readonly #copies: FrameEvent[] = [];
  count = 0;

  /** To be asked of every frame, in order of time. */
  isOne(frame: FrameEvent, isMirrored = false): boolean {
    const recent = isMirrored ? this.#copies : this.#recent;
    const withinNs = isMirrored ? MIRRORED_WITHIN_NS : WITHIN_NS;
    while (recent.length > 0 && frame.timeNs - recent[0]!.timeNs > withinNs) recent.shift();
    const found = recent.some((other) => isSame(frame, other));
    if (found) this.count++;
    else recent.push(frame);
    return found;
  }
}

function isSame(frame: FrameEvent, other: FrameEvent): boolean {
  return (
    frame.originalLength === other.originalLength &&
    frame.direction === other.direction &&
    frame.segment === other.segment &&
    frame.node === other.node &&
    frame.bytes.length === other.bytes.length &&
    frame.bytes.every((byte, index) => byte === other.bytes[index])
  );
}
