import * as icmp from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import { u16, u8 } from '../../../packet/bytes.ts';
import type { HostEvent } from '../../events.ts';
import type { Link } from './link.ts';

/** What a kernel did with a packet that goes no further, as it happens. */
export interface Told extends Pick<HostEvent, 'reason' | 'nextHop'> {
  /** Absent when there is none, or it is an ICMP error. */
  readonly packet?: HostEvent['packet'] | undefined;
  readonly link?: Link;
  /** The frame that came in with it. */
  readonly frame?: Uint8Array;
}

export type Tell = (told: Told) => void;

/** Addresses and ports of the IPv4 packet at `at`, which is whole and sane. `undefined` for an ICMP error: it is about another. */
export function headersOf(bytes: Uint8Array, at: number): HostEvent['packet'] {
  const protocol = ipv4.protocolOf(bytes, at);
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  const packet = { source: ipv4.sourceOf(bytes, at), destination: ipv4.destinationOf(bytes, at), protocol };
  if (ipv4.fragmentOffsetOf(bytes, at) > 0 || l4At + 8 > bytes.length) return packet;
  if (protocol === ipv4.PROTOCOL_TCP || protocol === ipv4.PROTOCOL_UDP)
    return { ...packet, sourcePort: u16(bytes, l4At), destinationPort: u16(bytes, l4At + 2) };
  if (protocol !== ipv4.PROTOCOL_ICMP) return packet;
  if (icmp.isError(u8(bytes, l4At))) return undefined;
  const identifier = icmp.identifierOf(bytes, l4At);
  return { ...packet, sourcePort: identifier, destinationPort: identifier };
}
