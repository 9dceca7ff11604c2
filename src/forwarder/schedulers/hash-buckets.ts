import type { Candidate } from './scheduler.ts';

const BUCKETS = 256;

/**
 * The 256 buckets of sh and dh, dealt to the servers in turn. Weight 0 gets none: its clients go elsewhere, as with
 * IPVS's `sh-fallback`.
 */
export function dealBuckets(candidates: readonly Candidate[], weighted: boolean): Int32Array {
  const deal = candidates.flatMap(({ weight }, place) =>
    repeat(place, weighted ? weight : Math.min(weight, 1)),
  );
  return Int32Array.from({ length: BUCKETS }, (_, bucket) =>
    deal.length === 0 ? -1 : deal[bucket % deal.length]!,
  );
}

/** Knuth's multiplicative hash, its low bits, as in ip_vs_sh.c and ip_vs_dh.c. */
export function bucketOf(address: number): number {
  return Math.imul(address, 0x9e3779b1) & (BUCKETS - 1);
}

/** More turns than buckets cannot be dealt. */
function repeat(place: number, times: number): number[] {
  return new Array<number>(Math.max(0, Math.min(times, BUCKETS))).fill(place);
}
