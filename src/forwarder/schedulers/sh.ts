import { bucketOf, dealBuckets } from './hash-buckets.ts';
import type { Candidate, Scheduler } from './scheduler.ts';

/** Source hashing (ip_vs_sh.c): a client's address decides. When servers come or go, most clients move. */
export class Sh implements Scheduler {
  private buckets = dealBuckets([], true);
  private bucket = 0;

  update(candidates: readonly Candidate[]): void {
    this.buckets = dealBuckets(candidates, true);
  }

  pick(client: number): number {
    this.bucket = bucketOf(client);
    return this.buckets[this.bucket]!;
  }

  explain(): string {
    return `sh: ${this.bucket}/256`;
  }
}
