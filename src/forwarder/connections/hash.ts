/** `JHASH_INITVAL` of include/linux/jhash.h, and three words of four bytes. */
const INITIAL = 0xdeadbeef + 3 * 4;

/**
 * The hash of a key, as signed words: Jenkins' lookup3 of 2006 over three words, as `ip_vs_conn_hashkey` has it by
 * `jhash_3words`. Who does not know the seed cannot choose keys that meet, so that a flood of made-up clients does not
 * make long probe runs.
 */
export function hashKey(
  seed: number,
  source: number,
  destination: number,
  ports: number,
  protocol: number,
): number {
  const start = (seed + INITIAL + protocol) | 0;
  let a = (source + start) | 0;
  let b = (destination + start) | 0;
  let c = (ports + start) | 0;
  c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
  a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
  b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
  c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
  a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
  b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
  return ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
}
