import type { SignedIpv4 } from '../../packet/address.ts';
import { bucketOf, dealBuckets } from './hash-buckets.ts';
import type { Candidate, Scheduler, SchedulerKind } from './scheduler.ts';

/**
 * Destination hashing (ip_vs_dh.c), whatever the weights: made for caches behind many addresses; with one VIP it always
 * picks one server.
 */
export class Dh implements Scheduler {
  entries = dealBuckets([], once);
  private bucket = 0;

  update(candidates: readonly Candidate[]): void {
    this.entries = dealBuckets(candidates, once);
  }

  pick(_client: SignedIpv4, vip: SignedIpv4): number {
    this.bucket = bucketOf(vip);
    return this.entries[this.bucket]!;
  }

  explain(): string {
    return `dh: ${this.bucket}/256`;
  }
}

function once(): number {
  return 1;
}

/** All that is asked of one VIP goes to one server, whichever that is. */
export const dh: SchedulerKind = { make: () => new Dh(), hasFlags: false, shares: () => undefined };
