import { u16 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as gue from '../../packet/gue.ts';
import { frameHash } from '../../packet/hash.ts';
import * as icmp from '../../packet/icmp.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import * as udp from '../../packet/udp.ts';

/** What of a packet the way leaves alone, and what tells how far it has come. */
export interface Survivors {
  /** The same at every place where the packet is seen, through routers, NATs and tunnels. */
  readonly key: number;
  /** Of the innermost packet: it never grows on the way. */
  readonly ttl: number;
}

/** Bytes of a datagram that tell it from others: they are there even in a frame that was cut short. */
const PAYLOAD_BYTES = 8;

const scratch = new Uint8Array(24);

/**
 * Of an Ethernet II frame without tags. The innermost IPv4 packet's id, length and protocol, with a TCP segment's numbers,
 * flags and window, a datagram's first bytes, or an echo's sequence number; no address, port or checksum, which
 * translation changes, and no payload of TCP, which may be cut.
 * @returns `undefined` for what cannot be told apart by these: no IPv4, fragments, other protocols, a header that is cut.
 */
export function survivorsOf(bytes: Uint8Array): Survivors | undefined {
  const { length } = bytes;
  if (length < ethernet.HEADER_LENGTH || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4)
    return undefined;
  const at = innermostAt(bytes, ethernet.HEADER_LENGTH, length);
  if (at === 0 || ipv4.isFragment(bytes, at)) return undefined;
  const protocol = ipv4.protocolOf(bytes, at);
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  const l4Length = ipv4.totalLengthOf(bytes, at) - (l4At - at);
  scratch.fill(0);
  scratch[0] = protocol;
  scratch.set(bytes.subarray(at + ipv4.ID, at + ipv4.ID + 2), 1);
  scratch[3] = l4Length >>> 8;
  scratch[4] = l4Length;
  if (!putL4(protocol, bytes, l4At, length)) return undefined;
  return { key: frameHash(scratch, 0, scratch.length), ttl: ipv4.ttlOf(bytes, at) };
}

/** Start of the innermost IPv4 header, 0 when there is none. */
export function innermostAt(bytes: Uint8Array, at: number, end: number): number {
  if (ipv4.checkHeader(bytes, at, end) !== undefined) return 0;
  if (ipv4.isFragment(bytes, at)) return at;
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  if (ipv4.protocolOf(bytes, at) === ipv4.PROTOCOL_IPIP)
    return ipv4.checkHeader(bytes, l4At, end) === undefined ? l4At : 0;
  const inner = ipv4.protocolOf(bytes, at) === ipv4.PROTOCOL_UDP ? gue.innerAt(bytes, l4At, end) : 0;
  return inner > 0 ? inner : at;
}

function putL4(protocol: number, bytes: Uint8Array, at: number, end: number): boolean {
  switch (protocol) {
    case ipv4.PROTOCOL_TCP:
      if (at + tcp.HEADER_LENGTH > end) return false;
      // Sequence, acknowledgement, header length, flags, window.
      scratch.set(bytes.subarray(at + tcp.SEQUENCE, at + tcp.CHECKSUM), 5);
      return true;
    case ipv4.PROTOCOL_UDP: {
      const from = at + udp.HEADER_LENGTH;
      if (from > end) return false;
      const most = Math.min(end, at + u16(bytes, at + udp.LENGTH));
      scratch.set(bytes.subarray(from, Math.max(from, Math.min(most, from + PAYLOAD_BYTES))), 5);
      return true;
    }
    case ipv4.PROTOCOL_ICMP: {
      if (at + icmp.HEADER_LENGTH > end) return false;
      const type = icmp.typeOf(bytes, at);
      if (type !== icmp.ECHO_REQUEST && type !== icmp.ECHO_REPLY) return false;
      scratch[5] = type;
      // Its identifier is a port to a NAT.
      scratch.set(bytes.subarray(at + 6, at + 8), 6);
      return true;
    }
    default:
      return false;
  }
}
