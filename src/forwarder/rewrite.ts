import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { applyChange, change } from './checksums.ts';
import type { Packet } from './packet.ts';

/** One less, the header checksum kept: what leaves the TTL byte's place comes to the checksum (RFC 1141, RFC 1624). */
export function decrementTtl(view: DataView, ip: number): void {
  view.setUint8(ip + ipv4.TTL, view.getUint8(ip + ipv4.TTL) - 1);
  const checksum = view.getUint16(ip + ipv4.CHECKSUM) + 0x100;
  // The carry comes back in; a sum of exactly 0xffff is written as 0, as a full computation would.
  view.setUint16(ip + ipv4.CHECKSUM, checksum >= 0xffff ? checksum + 1 : checksum);
}

/**
 * Gives the packet these addresses and ports (source port in the high half). Both checksums are updated incrementally:
 * one that was wrong stays wrong.
 */
export function translate(packet: Packet, source: number, destination: number, ports: number): void {
  const { view, ip, l4 } = packet;
  const addresses =
    change(view.getInt32(ip + ipv4.SOURCE), source) +
    change(view.getInt32(ip + ipv4.DESTINATION), destination);
  const all = addresses + change(view.getInt32(l4 + tcp.SOURCE_PORT), ports);
  applyChange(view, ip + ipv4.CHECKSUM, addresses);
  applyChange(view, l4 + tcp.CHECKSUM, all);
  view.setInt32(ip + ipv4.SOURCE, source);
  view.setInt32(ip + ipv4.DESTINATION, destination);
  view.setInt32(l4 + tcp.SOURCE_PORT, ports);
}
