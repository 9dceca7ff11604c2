import { asSignedIpv4, type SignedIpv4 } from '../packet/address.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import * as udp from '../packet/udp.ts';
import { headerChecksumOk } from './checksums.ts';

/**
 * `check` of src/packet's ipv4.ts, tcp.ts and udp.ts without its reasons: the forwarder counts what is malformed and
 * does not say what exactly, and these are read in a few loads per packet.
 */

/** The address that stands there, as tables hold it. */
export function addressAt(view: DataView, offset: number): SignedIpv4 {
  return asSignedIpv4(view.getInt32(offset));
}

/** What `soundIpv4` says of a header that is sane but for its checksum. */
export const BAD_CHECKSUM = -1;

/** Length of the IPv4 header at `ip` when all of its packet is there; else 0, or `BAD_CHECKSUM`. */
export function soundIpv4(view: DataView, ip: number, end: number): number {
  if (end - ip < ipv4.HEADER_LENGTH) return 0;
  const first = view.getUint8(ip);
  const headerLength = (first & 15) * 4;
  const total = view.getUint16(ip + ipv4.TOTAL_LENGTH);
  const isSane =
    first >>> 4 === 4 && headerLength >= ipv4.HEADER_LENGTH && total >= headerLength && ip + total <= end;
  if (!isSane) return 0;
  return headerChecksumOk(view, ip, headerLength) ? headerLength : BAD_CHECKSUM;
}

/** Whether a whole TCP header stands at `l4`, options included. */
export function isSoundTcp(view: DataView, l4: number, end: number): boolean {
  if (end - l4 < tcp.HEADER_LENGTH) return false;
  const headerLength = (view.getUint8(l4 + tcp.DATA_OFFSET) >>> 4) * 4;
  return headerLength >= tcp.HEADER_LENGTH && l4 + headerLength <= end;
}

/** Whether a UDP datagram stands at `l4`: its length may leave surplus bytes behind it, but not reach beyond `end`. */
export function isSoundUdp(view: DataView, l4: number, end: number): boolean {
  if (end - l4 < udp.HEADER_LENGTH) return false;
  const length = view.getUint16(l4 + udp.LENGTH);
  return length >= udp.HEADER_LENGTH && l4 + length <= end;
}

/**
 * `Packet.ports` of the ICMP message at `l4`: both directions of one query have the same identifier and the type of
 * its request, each on its own side, as in conntrack (nf_conntrack_proto_icmp.c). -1 for what is no query.
 */
export function queryPorts(view: DataView, l4: number): number {
  const type = view.getUint8(l4 + icmp.TYPE);
  const identifier = view.getUint16(l4 + icmp.IDENTIFIER);
  if (isQueryRequest(type)) return (identifier << 16) | type;
  const request = REQUEST_OF[type];
  return request === undefined ? -1 : (request << 16) | identifier;
}

/** Whether packets of this protocol belong to connections. Persistence keeps what it remembers under others. */
export function isTracked(protocol: number): boolean {
  return protocol === ipv4.PROTOCOL_TCP || protocol === ipv4.PROTOCOL_UDP || protocol === ipv4.PROTOCOL_ICMP;
}

/** Echo, timestamp, information, address mask. */
export function isQueryRequest(type: number): boolean {
  return type === icmp.ECHO_REQUEST || type === 13 || type === 15 || type === 17;
}

const REQUEST_OF: readonly (number | undefined)[] = Object.assign(new Array<number | undefined>(19), {
  0: 8,
  14: 13,
  16: 15,
  18: 17,
});

/** Of one host: not 0.x, loopback, multicast or reserved (RFC 1122, section 3.2.1.3). */
export function isUnicast(address: SignedIpv4): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
