import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { applyChange, change } from './checksums.ts';
import type { Packet } from './packet.ts';

/** One less, the header checksum kept. */
export function decrementTtl(view: DataView, ip: number): void {
  const before = view.getUint16(ip + ipv4.TTL);
  const after = before - 0x100;
  view.setUint16(ip + ipv4.TTL, after);
  applyChange(view, ip + ipv4.CHECKSUM, change(before, after));
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
