import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as udp from '../packet/udp.ts';

/**
 * The checks and updates of `src/packet/checksum.ts` for the hot path: four bytes at a time through a DataView, which
 * is two to three times as fast, and for headers already known to be sane.
 */

/** The IPv4 header at `ip`, of `length` bytes. */
export function headerChecksumOk(view: DataView, ip: number, length: number): boolean {
  return fold(sum(view, ip, ip + length)) === 0xffff;
}

/** Writes the checksum of the IPv4 header at `ip`, of `length` bytes. */
export function fillHeaderChecksum(view: DataView, ip: number, length: number = ipv4.HEADER_LENGTH): void {
  view.setUint16(ip + ipv4.CHECKSUM, 0);
  view.setUint16(ip + ipv4.CHECKSUM, ~fold(sum(view, ip, ip + length)));
}

/**
 * What stands behind the IPv4 header at `ip`, from `l4` to the packet's `end`: a TCP segment, a UDP datagram (its own
 * length counts, and a checksum of 0 is none), an ICMP message.
 */
export function l4ChecksumOk(view: DataView, ip: number, l4: number, end: number, protocol: number): boolean {
  let covered = end;
  if (protocol === ipv4.PROTOCOL_UDP) {
    if (view.getUint16(l4 + udp.CHECKSUM) === 0) return true;
    covered = l4 + view.getUint16(l4 + udp.LENGTH);
  } else if (protocol === ipv4.PROTOCOL_ICMP) {
    return fold(sum(view, l4, end)) === 0xffff;
  }
  const rest = protocol + (covered - l4);
  const addresses = ip + ipv4.SOURCE;
  const behind = ip + ipv4.OPTIONS;
  // Without options the addresses stand right before the segment: one run of bytes.
  if (l4 === behind) return fold(rest + sum(view, addresses, covered)) === 0xffff;
  return fold(rest + sum(view, addresses, behind) + sum(view, l4, covered)) === 0xffff;
}

/** Writes the checksum of the ICMP message from `l4` to `end`. */
export function fillIcmpChecksum(view: DataView, l4: number, end: number): void {
  view.setUint16(l4 + icmp.CHECKSUM, 0);
  view.setUint16(l4 + icmp.CHECKSUM, ~fold(sum(view, l4, end)));
}

/** What one 32-bit field's change adds to a checksum; 0 when there is none. Sums of these are changes too. */
export function change(before: number, after: number): number {
  if (before === after) return 0;
  return (~before >>> 16) + (~before & 0xffff) + (after >>> 16) + (after & 0xffff);
}

/** The checksum at `offset` after such a change: RFC 1624, equation 3. One that was wrong stays wrong. */
export function applyChange(view: DataView, offset: number, changes: number): void {
  if (changes === 0) return;
  view.setUint16(offset, ~fold((~view.getUint16(offset) & 0xffff) + changes));
}

/** Of 16-bit words, carries not folded: a packet has at most 2^15 words, so 31 bits hold it. */
function sum(view: DataView, start: number, end: number): number {
  let total = 0;
  let at = start;
  // Four words at a time: half the time of one by one where packets are long.
  for (const last = end - 15; at < last; at += 16) {
    total += halves(view.getInt32(at)) + halves(view.getInt32(at + 4));
    total += halves(view.getInt32(at + 8)) + halves(view.getInt32(at + 12));
  }
  for (const last = end - 3; at < last; at += 4) total += halves(view.getInt32(at));
  if (at + 1 < end) {
    total += view.getUint16(at);
    at += 2;
  }
  return at < end ? total + (view.getUint8(at) << 8) : total;
}

/** The sum of a word's two halves. */
export function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/** Adds the carries of a 31-bit sum back in (ones'-complement). */
export function fold(total: number): number {
  const folded = (total & 0xffff) + (total >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}
