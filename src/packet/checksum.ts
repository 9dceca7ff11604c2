/** The Internet checksum: in full (RFC 1071) and updated in place (RFC 1624, equation 3). */

import { setU16 } from './bytes.ts';
import * as ethernet from './ethernet.ts';
import * as icmp from './icmp.ts';
import * as ipv4 from './ipv4.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';

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
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
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

/**
 * Whether the TCP, UDP or ICMP checksum of the IPv4 packet at `ipStart` holds. `ipEnd` is the end of the bytes at
 * hand. `undefined` when there is nothing to check: a UDP checksum of 0, a fragment, a cut or malformed packet,
 * another protocol.
 */
export function l4ChecksumOk(bytes: Uint8Array, ipStart: number, ipEnd: number): boolean | undefined {
  if (ipv4.check(bytes, ipStart, ipEnd) !== undefined || ipv4.isFragment(bytes, ipStart)) return undefined;
  const at = ipStart + ipv4.headerLengthOf(bytes, ipStart);
  const end = ipStart + ipv4.totalLengthOf(bytes, ipStart);
  const l4End = checksummedEnd(bytes, ipv4.protocolOf(bytes, ipStart), at, end);
  if (l4End === undefined) return undefined;
  if (ipv4.protocolOf(bytes, ipStart) === ipv4.PROTOCOL_UDP && udp.checksumOf(bytes, at) === 0)
    return undefined;
  return fold(sum(bytes, at, l4End, l4Initial(bytes, ipStart, l4End - at))) === 0xffff;
}

/**
 * Writes valid checksums into the Ethernet frame `[start, end)`: the IPv4 header's and that of TCP, UDP or ICMP; in
 * an IP-in-IP packet those of the inner packet too. A fragment has its header checksum written only, and what is cut
 * or malformed is left as it is.
 */
export function fillChecksums(bytes: Uint8Array, start: number, end: number): void {
  if (ethernet.check(bytes, start, end) !== undefined) return;
  if (ethernet.etherTypeOf(bytes, start) !== ethernet.ETHERTYPE_IPV4) return;
  let at = start + ethernet.HEADER_LENGTH;
  let packetEnd = end;
  while (ipv4.checkHeader(bytes, at, packetEnd) === undefined) {
    ipv4.fillHeaderChecksum(bytes, at);
    const total = ipv4.totalLengthOf(bytes, at);
    if (at + total > packetEnd || ipv4.isFragment(bytes, at)) return;
    packetEnd = at + total;
    if (ipv4.protocolOf(bytes, at) !== ipv4.PROTOCOL_IPIP) return fillL4(bytes, at, packetEnd);
    at += ipv4.headerLengthOf(bytes, at);
  }
}

function fillL4(bytes: Uint8Array, ipStart: number, ipEnd: number): void {
  const protocol = ipv4.protocolOf(bytes, ipStart);
  const at = ipStart + ipv4.headerLengthOf(bytes, ipStart);
  const end = checksummedEnd(bytes, protocol, at, ipEnd);
  if (end === undefined) return;
  const field = at + CHECKSUM_OFFSET[protocol]!;
  setU16(bytes, field, 0);
  const value = checksum(bytes, at, end, l4Initial(bytes, ipStart, end - at));
  setU16(bytes, field, protocol === ipv4.PROTOCOL_UDP ? asUdpChecksum(value) : value);
}

const CHECKSUM_OFFSET: Readonly<Record<number, number>> = {
  [ipv4.PROTOCOL_ICMP]: icmp.CHECKSUM,
  [ipv4.PROTOCOL_TCP]: tcp.CHECKSUM,
  [ipv4.PROTOCOL_UDP]: udp.CHECKSUM,
};

/** Where the data under an L4 checksum ends: UDP says so itself and may leave surplus bytes behind it. */
function checksummedEnd(bytes: Uint8Array, protocol: number, at: number, end: number): number | undefined {
  switch (protocol) {
    case ipv4.PROTOCOL_TCP:
      return tcp.check(bytes, at, end) === undefined ? end : undefined;
    case ipv4.PROTOCOL_UDP:
      return udp.check(bytes, at, end) === undefined ? at + udp.lengthOf(bytes, at) : undefined;
    case ipv4.PROTOCOL_ICMP:
      return icmp.check(bytes, at, end) === undefined ? end : undefined;
    default:
      return undefined;
  }
}

function l4Initial(bytes: Uint8Array, ipStart: number, length: number): number {
  const protocol = ipv4.protocolOf(bytes, ipStart);
  if (protocol === ipv4.PROTOCOL_ICMP) return 0;
  return pseudoHeaderSum(ipv4.sourceOf(bytes, ipStart), ipv4.destinationOf(bytes, ipStart), protocol, length);
}

function swap(word: number): number {
  return ((word & 0xff) << 8) | ((word >>> 8) & 0xff);
}
