import type { Candidate } from './scheduler.ts';

const BUCKETS = 256;

/**
 * The 256 buckets of sh and dh, dealt to the servers in turn: `turnsOf` a server at once, but at least one, so that a
 * drained server keeps a share (ip_vs_sh.c, `ip_vs_sh_reassign`).
 */
export function dealBuckets(
  candidates: readonly Candidate[],
  turnsOf: (candidate: Candidate) => number,
): Int32Array {
  const buckets = new Int32Array(BUCKETS).fill(-1);
  if (candidates.length === 0) return buckets;
  for (let bucket = 0, place = 0; bucket < BUCKETS; place = (place + 1) % candidates.length) {
    const turns = Math.max(1, turnsOf(candidates[place]!));
    buckets.fill(place, bucket, bucket + turns);
    bucket += turns;
  }
  return buckets;
}

/** The high bits of a multiplicative hash by the golden ratio (include/linux/hash.h, `hash_32`). */
export function bucketOf(value: number): number {
  return Math.imul(value, 0x61c88647) >>> 24;
}

/** Of a sum of hashes and offsets. */
export function wrapBucket(bucket: number): number {
  return bucket & (BUCKETS - 1);
}
