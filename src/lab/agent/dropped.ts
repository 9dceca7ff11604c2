import type { Frame } from '../../forwarder/frame.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { PlannedInterface } from '../topology/plan.ts';

/** How IPv4 and nftables call what a topology file drops. */
const PROTOCOL_NUMBERS = {
  icmp: ipv4.PROTOCOL_ICMP,
  tcp: ipv4.PROTOCOL_TCP,
  udp: ipv4.PROTOCOL_UDP,
  ipip: ipv4.PROTOCOL_IPIP,
  vrrp: ipv4.PROTOCOL_VRRP,
} as const;

/** The protocol numbers that an interface drops. */
export function droppedProtocols({ drop }: Pick<PlannedInterface, 'drop'>): number[] {
  return drop.map((name) => PROTOCOL_NUMBERS[name]);
}

/**
 * Whether the interface drops this frame. A packet socket has it before the kernel's ingress hook (`__netif_receive_skb`
 * serves the taps first), so whoever reads from one has to leave it out by himself.
 */
export function isDropped({ view, start, end }: Frame, protocols: readonly number[]): boolean {
  if (protocols.length === 0 || end - start < ethernet.HEADER_LENGTH + ipv4.HEADER_LENGTH) return false;
  if (view.getUint16(start + ethernet.ETHERTYPE) !== ethernet.ETHERTYPE_IPV4) return false;
  return protocols.includes(view.getUint8(start + ethernet.HEADER_LENGTH + ipv4.PROTOCOL));
}
