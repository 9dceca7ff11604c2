import type { Packet } from '../records/evidence.ts';
import type { HopRecord } from '../records/hop-record.ts';

/** Is told which hops show a promise kept, and which show it broken. */
export interface Tally {
  /** @param part Of a promise in two parts: the second is 1. */
  note(hop: HopRecord, ok: boolean, part?: 0 | 1): void;
}

/** One promise: what captured bytes say about it. Each packet speaks for itself, so that they can be asked one by one. */
export interface PromiseCheck {
  /** With two, it is only shown when both parts of it were seen, each packet for one of them. */
  readonly parts: 1 | 2;
  readonly check: (packet: Packet, tally: Tally) => void;
}
