/** Internet checksums of whole packets: which bytes each protocol's covers. The arithmetic is in ones-complement.ts. */

import { setU16, u16 } from './bytes.ts';
import * as ethernet from './ethernet.ts';
import * as ipv4 from './ipv4.ts';
import { asUdpChecksum, checksum, fold, pseudoHeaderSum, sum } from './ones-complement.ts';

export {
  asUdpChecksum,
  checksum,
  fold,
  pseudoHeaderSum,
  sum,
  update16,
  update32,
  updateBytes,
} from './ones-complement.ts';

/**
 * Whether the TCP, UDP or ICMP checksum of the IPv4 packet at `ipStart` holds. `ipEnd` is the end of the bytes at
 * hand. `undefined` when there is nothing to check: a UDP checksum of 0, a fragment, a cut or malformed packet,
 * another protocol.
 */
export function l4ChecksumOk(bytes: Uint8Array, ipStart: number, ipEnd: number): boolean | undefined {
  if (ipv4.check(bytes, ipStart, ipEnd) !== undefined || ipv4.isFragment(bytes, ipStart)) return undefined;
  const protocol = ipv4.protocolOf(bytes, ipStart);
  const at = ipStart + ipv4.headerLengthOf(bytes, ipStart);
  const end = coveredEnd(bytes, protocol, at, ipStart + ipv4.totalLengthOf(bytes, ipStart));
  if (end === undefined) return undefined;
  if (protocol === ipv4.PROTOCOL_UDP && u16(bytes, at + fieldOf(protocol)) === 0) return undefined;
  return fold(sum(bytes, at, end, initialSum(bytes, ipStart, protocol, end - at))) === 0xffff;
}

/**
 * Writes valid checksums into the Ethernet frame `[start, end)`: the IPv4 header's and that of TCP, UDP or ICMP; in
 * an IP-in-IP packet those of the inner packet too. A fragment gets its header checksum only, and what is cut or
 * malformed is left as it is.
 */
export function fillChecksums(bytes: Uint8Array, start: number, end: number): void {
  if (ethernet.check(bytes, start, end) !== undefined) return;
  if (ethernet.etherTypeOf(bytes, start) !== ethernet.ETHERTYPE_IPV4) return;
  fillPacketChecksums(bytes, start + ethernet.HEADER_LENGTH, end);
}

/** The same for the IPv4 packet that starts at `start`. */
export function fillPacketChecksums(bytes: Uint8Array, start: number, end: number): void {
  let at = start;
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
  const end = coveredEnd(bytes, protocol, at, ipEnd);
  if (end === undefined) return;
  const field = at + fieldOf(protocol);
  setU16(bytes, field, 0);
  const value = checksum(bytes, at, end, initialSum(bytes, ipStart, protocol, end - at));
  setU16(bytes, field, protocol === ipv4.PROTOCOL_UDP ? asUdpChecksum(value) : value);
}

/** Offset of the checksum field in the header: RFC 9293, RFC 768, RFC 792. */
function fieldOf(protocol: number): number {
  return protocol === ipv4.PROTOCOL_TCP ? 16 : protocol === ipv4.PROTOCOL_UDP ? 6 : 2;
}

/** Where the bytes under the checksum end; `undefined` when there is no checksum or the packet is too short. */
function coveredEnd(bytes: Uint8Array, protocol: number, at: number, ipEnd: number): number | undefined {
  switch (protocol) {
    case ipv4.PROTOCOL_TCP:
      return at + 20 <= ipEnd ? ipEnd : undefined;
    case ipv4.PROTOCOL_ICMP:
      return at + 8 <= ipEnd ? ipEnd : undefined;
    case ipv4.PROTOCOL_UDP: {
      if (at + 8 > ipEnd) return undefined;
      // UDP has a length of its own and may leave surplus bytes behind it.
      const length = u16(bytes, at + 4);
      return length >= 8 && at + length <= ipEnd ? at + length : undefined;
    }
    default:
      return undefined;
  }
}

function initialSum(bytes: Uint8Array, ipStart: number, protocol: number, length: number): number {
  if (protocol === ipv4.PROTOCOL_ICMP) return 0;
  const source = ipv4.sourceOf(bytes, ipStart);
  return pseudoHeaderSum(source, ipv4.destinationOf(bytes, ipStart), protocol, length);
}
