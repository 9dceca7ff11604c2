import { Forwarder } from '../../src/forwarder/forwarder.ts';
import type { Ipv4 } from '../../src/packet/address.ts';

/** A director had the addresses that move from one time to another. */
export interface Holding {
  readonly forwarder: Forwarder;
  /** Its first address of its own. */
  readonly address: Ipv4;
  readonly fromNs: number;
  toNs: number;
}

/** Looks on while `run` runs, whenever a forwarder is told that the addresses are its own, or no longer. It reads no frame. */
export function watching(now: () => number, run: () => void): Holding[] {
  const holdings: Holding[] = [];
  const { hold } = Forwarder.prototype;
  Forwarder.prototype.hold = function (holds) {
    const open = holdings.findLast((one) => one.forwarder === this && one.toNs === Infinity);
    const { address } = this['addresses']['config'].interfaces[0]!;
    if (holds && !open) holdings.push({ forwarder: this, address, fromNs: now(), toNs: Infinity });
    else if (!holds && open) open.toNs = now();
    hold.call(this, holds);
  };
  try {
    run();
  } finally {
    Forwarder.prototype.hold = hold;
  }
  return holdings;
}
