import type { SignedIpv4 } from '../packet/address.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import * as udp from '../packet/udp.ts';
import { applyChange, change, fillIcmpChecksum } from './checksums.ts';
import * as at from './connections/layout.ts';
import { addressAt, isQueryRequest } from './headers.ts';
import type { Packet } from './packet.ts';
import type { Server } from './server.ts';

/** One less, the header checksum kept: what leaves the TTL byte's place comes to the checksum (RFC 1141, RFC 1624). */
export function decrementTtl(view: DataView, ip: number): void {
  // TTL, protocol and checksum: one word.
  const word = view.getInt32(ip + ipv4.TTL);
  const checksum = (word & 0xffff) + 0x100;
  // The carry comes back in; a sum of exactly 0xffff is written as 0, as a full computation would.
  const folded = (checksum >= 0xffff ? checksum + 1 : checksum) & 0xffff;
  view.setInt32(ip + ipv4.TTL, ((word - 0x100_0000) & 0xffff_0000) | folded);
}

/**
 * A packet of the connection at `base` as the other side knows it: a request as the reply key turned around, and the other
 * way about. All checksums are updated incrementally: one that was wrong stays wrong.
 */
export function translate(
  { view, ip, l4, protocol, frame }: Packet,
  words: Int32Array,
  base: number,
  direction: number,
): void {
  translateAt(view, ip, l4, protocol, words, base + (direction === 0 ? at.REPLY_SOURCE : at.REQUEST_SOURCE));
  // A message of zeros alone has the checksum ffff; the update cannot tell it from one whose sum is ffff.
  if (protocol === ipv4.PROTOCOL_ICMP && view.getUint16(l4 + icmp.CHECKSUM) === 0)
    fillIcmpChecksum(view, l4, frame.end);
}

/** The same for TCP and UDP; `key` is the place of the other side's key. */
export function translateAt(
  view: DataView,
  ip: number,
  l4: number,
  protocol: number,
  words: Int32Array,
  key: number,
): void {
  const addresses = changeAddresses(view, ip, at.addressOf(words, key + 1), at.addressOf(words, key));
  const turned = words[key + 2]!;
  const ports = (turned << 16) | (turned >>> 16);
  if (protocol !== ipv4.PROTOCOL_TCP) return translateOther(view, protocol, l4, addresses, ports);
  applyChange(view, l4 + tcp.CHECKSUM, addresses + change(view.getInt32(l4 + tcp.SOURCE_PORT), ports));
  view.setInt32(l4 + tcp.SOURCE_PORT, ports);
}

/** Puts the packet into what carries it to its server, in models that do so. */
export function wrap(packet: Packet, server: Server): void {
  const { model } = server;
  if (model.wrap === undefined) return;
  model.wrap(packet.frame, packet.ip, server);
  packet.ip -= model.overhead;
  // What came in fragments is whole inside: the outer packet is cut only where it does not fit.
  packet.pieces = undefined;
}

/**
 * The same for the start of a packet that an ICMP error quotes, of which `[l4, end)` is there: a TCP checksum only
 * when the whole header is, as in Linux (nf_nat_proto.c). The error's own checksum is the caller's business.
 */
export function translateQuote(
  view: DataView,
  ip: number,
  l4: number,
  end: number,
  source: SignedIpv4,
  destination: SignedIpv4,
  ports: number,
): void {
  const addresses = changeAddresses(view, ip, source, destination);
  const protocol = view.getUint8(ip + ipv4.PROTOCOL);
  if (protocol !== ipv4.PROTOCOL_TCP) return translateOther(view, protocol, l4, addresses, ports);
  if (l4 + tcp.HEADER_LENGTH <= end)
    applyChange(view, l4 + tcp.CHECKSUM, addresses + change(view.getInt32(l4 + tcp.SOURCE_PORT), ports));
  view.setInt32(l4 + tcp.SOURCE_PORT, ports);
}

/** Writes both addresses, the header checksum kept; what they add to a checksum over them. */
export function changeAddresses(
  view: DataView,
  ip: number,
  source: SignedIpv4,
  destination: SignedIpv4,
): number {
  const addresses =
    change(addressAt(view, ip + ipv4.SOURCE), source) +
    change(addressAt(view, ip + ipv4.DESTINATION), destination);
  applyChange(view, ip + ipv4.CHECKSUM, addresses);
  view.setInt32(ip + ipv4.SOURCE, source);
  view.setInt32(ip + ipv4.DESTINATION, destination);
  return addresses;
}

/** UDP, and the identifier of an ICMP query, whose checksum covers no addresses. */
function translateOther(
  view: DataView,
  protocol: number,
  l4: number,
  addresses: number,
  ports: number,
): void {
  if (protocol === ipv4.PROTOCOL_UDP) {
    const changes = addresses + change(view.getInt32(l4 + udp.SOURCE_PORT), ports);
    // 0 says that there is no checksum; a computed 0 is sent as its other form (RFC 768).
    if (changes !== 0 && view.getUint16(l4 + udp.CHECKSUM) !== 0) {
      applyChange(view, l4 + udp.CHECKSUM, changes);
      if (view.getUint16(l4 + udp.CHECKSUM) === 0) view.setUint16(l4 + udp.CHECKSUM, 0xffff);
    }
    view.setInt32(l4 + udp.SOURCE_PORT, ports);
    return;
  }
  const isRequest = isQueryRequest(view.getUint8(l4 + icmp.TYPE));
  const identifier = isRequest ? ports >>> 16 : ports & 0xffff;
  applyChange(view, l4 + icmp.CHECKSUM, change(view.getUint16(l4 + icmp.IDENTIFIER), identifier));
  view.setUint16(l4 + icmp.IDENTIFIER, identifier);
}
