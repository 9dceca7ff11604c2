/** Ones'-complement arithmetic of the Internet checksum: in full (RFC 1071) and updated in place (RFC 1624, equation 3). */

/** The checksum to store: the complement of the folded sum, 0 to 0xffff. */
export function checksum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  return ~fold(sum(bytes, start, end, initial)) & 0xffff;
}

/**
 * The sum of the 16-bit words in `[start, end)`, carries not yet folded in. An odd last byte counts as the high half
 * of a word, so only the last of several chained ranges may have an odd length.
 */
export function sum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let total = initial;
  let at = start;
  for (const last = end - 1; at < last; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < end) total += bytes[at]! << 8;
  return total;
}

/** Adds the carries back in (ones'-complement): 0 to 0xffff. Takes sums of up to 2^48. */
export function fold(total: number): number {
  let folded = total;
  // Bit operations see 32 bits; 2^32 counts as 1 in this arithmetic, like every power of 2^16.
  if (total > 0xffff_ffff)
    folded = (total & 0xffff) + ((total >>> 16) & 0xffff) + Math.floor(total / 0x1_0000_0000);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}

/** The pseudo-header of TCP and UDP (RFC 9293 section 3.1, RFC 768). `length` is of header and payload, in bytes. */
export function pseudoHeaderSum(
  source: number,
  destination: number,
  protocol: number,
  length: number,
): number {
  return (
    (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length
  );
}

/**
 * The checksum after one 16-bit word changed: HC' = ~(~HC + ~m + m'), RFC 1624 equation 3. An unchanged word leaves
 * it alone: the equation would turn a checksum of 0 into 0xffff (RFC 1624, erratum 4782).
 */
export function update16(old: number, oldWord: number, newWord: number): number {
  if (oldWord === newWord) return old;
  let total = (~old & 0xffff) + (~oldWord & 0xffff) + (newWord & 0xffff);
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

/** The same for 32 bits at an even offset, such as an IPv4 address. */
export function update32(old: number, oldLong: number, newLong: number): number {
  return update16(update16(old, oldLong >>> 16, newLong >>> 16), oldLong & 0xffff, newLong & 0xffff);
}

/**
 * The same for a 16-bit field at any offset from the start of the checksummed data. At an odd offset each of its
 * bytes stands in the other half of a word, so both words count byte-swapped (RFC 1071 section 2, byte order
 * independence). TCP options are not aligned: this is what a clamp of the maximum segment size needs.
 */
export function updateBytes(old: number, oddOffset: boolean, oldWord: number, newWord: number): number {
  return oddOffset ? update16(old, swap(oldWord), swap(newWord)) : update16(old, oldWord, newWord);
}

/** UDP sends a computed 0 as 0xffff, because 0 says that there is no checksum (RFC 768). */
export function asUdpChecksum(computed: number): number {
  return computed === 0 ? 0xffff : computed;
}

function swap(word: number): number {
  return ((word & 0xff) << 8) | ((word >>> 8) & 0xff);
}
