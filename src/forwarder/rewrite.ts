import { setU16, setU32, u16, u32 } from '../packet/bytes.ts';
import { update16, update32 } from '../packet/checksum.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import type { Packet } from './packet.ts';

/** One less, the header checksum kept (RFC 1624). */
export function decrementTtl(bytes: Uint8Array, ip: number): void {
  const before = u16(bytes, ip + ipv4.TTL);
  const after = before - 0x100;
  setU16(bytes, ip + ipv4.TTL, after);
  setU16(bytes, ip + ipv4.CHECKSUM, update16(u16(bytes, ip + ipv4.CHECKSUM), before, after));
}

/**
 * Gives the packet these addresses and ports (source port in the high half). Both checksums are updated incrementally:
 * one that was wrong stays wrong.
 */
export function translate(packet: Packet, source: number, destination: number, ports: number): void {
  const { bytes, ip, l4 } = packet;
  const oldSource = u32(bytes, ip + ipv4.SOURCE);
  const oldDestination = u32(bytes, ip + ipv4.DESTINATION);
  const oldPorts = u32(bytes, l4 + tcp.SOURCE_PORT);

  const header = update32(u16(bytes, ip + ipv4.CHECKSUM), oldSource, source);
  setU16(bytes, ip + ipv4.CHECKSUM, update32(header, oldDestination, destination));

  let segment = update32(u16(bytes, l4 + tcp.CHECKSUM), oldSource, source);
  segment = update32(segment, oldDestination, destination);
  setU16(bytes, l4 + tcp.CHECKSUM, update32(segment, oldPorts, ports));

  setU32(bytes, ip + ipv4.SOURCE, source);
  setU32(bytes, ip + ipv4.DESTINATION, destination);
  setU32(bytes, l4 + tcp.SOURCE_PORT, ports);
}
