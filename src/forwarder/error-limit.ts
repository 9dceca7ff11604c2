import type { SignedIpv4 } from '../packet/address.ts';
import * as icmp from '../packet/icmp.ts';

/** `icmp_ratelimit`: one error to a peer each second, after a burst of `XRLIM_BURST_FACTOR` (inetpeer.c). */
const PEER_INTERVAL_MS = 1000;
const PEER_BURST = 6;
/** `icmp_msgs_per_sec` and `icmp_msgs_burst`: what all peers get together. */
const ALL_INTERVAL_MS = 1;
const ALL_BURST = 50;

/** How far from full a bucket may be. */
const PEER_SPAN_MS = PEER_BURST * PEER_INTERVAL_MS;
const ALL_SPAN_MS = ALL_BURST * ALL_INTERVAL_MS;

/**
 * How many ICMP errors the director may send: Linux's two token buckets (icmp.c, `icmpv4_global_allow` and
 * `icmpv4_xrlim_allow`), without the jitter that hides the global one from spies. A 3/4 is never held back.
 *
 * A bucket is the moment at which it will be full again. So one that is full need not be kept, and as every bucket
 * begun has cost one of the global tokens, there are never more than those of some seconds.
 */
export class ErrorLimit {
  /** False: everything is allowed. */
  enabled = true;
  private allFullAt = -Infinity;
  /** By peer, in the order of their last errors. */
  private readonly fullAt = new Map<SignedIpv4, number>();

  /** Peers whose buckets are not full, or were not lately. */
  get size(): number {
    return this.fullAt.size;
  }

  /** Takes a token for an error to `peer` at `now`, in milliseconds. False: it must not be sent. */
  allows(type: number, code: number, peer: SignedIpv4, now: number): boolean {
    if (!this.enabled) return true;
    // "Don't limit PMTU discovery": a sender that never hears of it sends for ever what never arrives.
    if (type === icmp.DESTINATION_UNREACHABLE && code === icmp.FRAGMENTATION_NEEDED) return true;
    const all = Math.max(this.allFullAt, now) + ALL_INTERVAL_MS;
    const own = Math.max(this.fullAt.get(peer) ?? now, now) + PEER_INTERVAL_MS;
    if (all - now > ALL_SPAN_MS || own - now > PEER_SPAN_MS) return false;
    this.allFullAt = all;
    this.fullAt.delete(peer);
    this.forgetFull(now);
    this.fullAt.set(peer, own);
    return true;
  }

  private forgetFull(now: number): void {
    for (const [peer, fullAt] of this.fullAt) {
      if (fullAt > now) return;
      this.fullAt.delete(peer);
    }
  }
}
