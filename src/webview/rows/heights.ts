import type { HopRow } from '../records/hop-row.ts';

/** Pixels. A hop is its arrow, then what is said of the headers, then what the receiver did. */
export const FLOW = 26;
export const PACKET = 24;
export const HOP_ARROW = 21;
export const HOP_TEXT = 18;
export const CHANGE = 32;
const HOP_FOOT = 2;

export function hopHeight(hop: HopRow): number {
  return HOP_ARROW + (hasHeaderLine(hop) ? HOP_TEXT : 0) + (hasArrivalLine(hop) ? HOP_TEXT : 0) + HOP_FOOT;
}

/** The first hop shows the whole header, the others what was changed. */
export function hasHeaderLine({ index, signature, routine, unexpected, covered }: HopRow): boolean {
  return index === 0 || covered || signature !== 0 || routine > 0 || unexpected.length > 0;
}

/** That a frame was simply sent on needs no words: the next arrow says it. */
export function hasArrivalLine({ fate, reason, decision }: HopRow): boolean {
  return fate !== 'forwarded' || reason !== '' || decision !== '';
}
