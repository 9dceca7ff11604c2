/**
 * A 53-bit number that is the same for the same bytes on every machine. Frames are joined by it, so equal hashes of
 * different frames must be too rare to happen: two MurmurHash3 lanes with different constants, 53 bits kept (the
 * largest safe integer), give a chance of 1 in 10^6 for one such pair among 100,000 different frames.
 */
export function frameHash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let low = 0x9747b28c;
  let high = 0x1b873593;
  let at = start;
  for (const last = end - 4; at <= last; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    low = mixLow(low, word);
    high = mixHigh(high, word);
  }
  if (at < end) {
    // The length is mixed in below, so that trailing zeros count.
    let word = 0;
    for (let shift = 0; at < end; at++, shift += 8) word |= bytes[at]! << shift;
    low = mixLow(low, word);
    high = mixHigh(high, word);
  }
  low = finish(low ^ length);
  high = finish(high ^ length ^ low);
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}

function mixLow(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function mixHigh(hash: number, word: number): number {
  let k = Math.imul(word, 0x239b961b);
  k = (k << 16) | (k >>> 16);
  const h = hash ^ Math.imul(k, 0xab0e9789);
  return (Math.imul((h << 17) | (h >>> 15), 5) + 0x561ccd1b) | 0;
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
