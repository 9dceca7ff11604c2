import type { Ipv4 } from '../../../packet/address.ts';
import { view } from '../../../packet/bytes.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { Link } from './link.ts';

/** An IPv4 packet that came in whole and sane: its trailer is trimmed, its header checksum holds. */
export interface Packet {
  readonly link: Link;
  readonly bytes: Uint8Array;
  /** Where its header starts. */
  readonly at: number;
  readonly end: number;
  readonly payloadAt: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  /** It came to everybody's MAC: nobody forwards it or answers with an error. */
  readonly broadcast: boolean;
}

/** `undefined` for what Linux `ip_rcv` throws away: cut, of a wrong version or length, with a bad header checksum. */
export function readPacket(
  link: Link,
  bytes: Uint8Array,
  at: number,
  broadcast: boolean,
): Packet | undefined {
  if (ipv4.check(bytes, at, bytes.length) || !ipv4.headerChecksumOk(bytes, at)) return undefined;
  return {
    link,
    bytes,
    at,
    end: at + ipv4.totalLengthOf(bytes, at),
    payloadAt: at + ipv4.headerLengthOf(bytes, at),
    source: ipv4.sourceOf(bytes, at),
    destination: ipv4.destinationOf(bytes, at),
    protocol: ipv4.protocolOf(bytes, at),
    broadcast,
  };
}

export function wholePacket(packet: Packet): Uint8Array {
  return view(packet.bytes, packet.at, packet.end);
}
