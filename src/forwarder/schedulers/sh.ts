import type { SignedIpv4 } from '../../packet/address.ts';
import { bucketOf, dealBuckets, wrapBucket } from './hash-buckets.ts';
import type { Candidate, Scheduler, SchedulerFlag, SchedulerKind } from './scheduler.ts';
import { sharesOf } from './weights.ts';

/**
 * Source hashing (ip_vs_sh.c): a client's address decides. When servers come or go, most clients move; a drained server
 * keeps its clients, who are refused, or with `fallback` go on to the next bucket whose server takes them.
 */
export class Sh implements Scheduler {
  private candidates: readonly Candidate[] = [];
  entries = dealBuckets([], weightOf);
  private bucket = 0;
  private readonly fallback: boolean;
  private readonly withPort: boolean;

  constructor(flags: readonly SchedulerFlag[]) {
    this.fallback = flags.includes('fallback');
    this.withPort = flags.includes('port');
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.entries = dealBuckets(candidates, weightOf);
  }

  pick(client: SignedIpv4, _vip: SignedIpv4, clientPort: number): number {
    const hash = bucketOf(this.withPort ? client + clientPort : client);
    this.bucket = hash;
    if (!this.fallback || this.takes(hash)) return this.entries[hash]!;
    // From twice the hash on, as `ip_vs_sh_get_fallback` does.
    for (let step = 0; step < this.entries.length; step++) {
      const bucket = wrapBucket(2 * hash + step);
      if (!this.takes(bucket)) continue;
      this.bucket = bucket;
      break;
    }
    return this.entries[this.bucket]!;
  }

  explain(): string {
    return `sh: ${this.bucket}/256`;
  }

  private takes(bucket: number): boolean {
    return (this.candidates[this.entries[bucket]!]?.weight ?? 0) > 0;
  }
}

function weightOf({ weight }: Candidate): number {
  return weight;
}

export const sh: SchedulerKind = {
  make: (flags) => new Sh(flags),
  hasFlags: true,
  // A drained server keeps a bucket for each one of a server of weight 1, and its clients are refused.
  shares: (weights, flags) => {
    if (flags.includes('fallback') && weights.includes(0)) return undefined;
    return sharesOf(
      weights,
      weights.map((weight) => Math.max(1, weight)),
    );
  },
};
