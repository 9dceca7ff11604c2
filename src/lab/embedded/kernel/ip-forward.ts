import * as ethernet from '../../../packet/ethernet.ts';
import * as icmp from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import { update16 } from '../../../packet/checksum.ts';
import { setU16, u16 } from '../../../packet/bytes.ts';
import { inSubnet } from '../../../packet/address.ts';
import { fragment } from './fragments.ts';
import type { Icmp } from './icmp.ts';
import type { Neighbours } from './neighbours.ts';
import { wholePacket, type Packet } from './packet.ts';
import { route } from './routes.ts';
import type { KernelSettings } from './settings.ts';
import type { HostReason } from '../../events.ts';

const AT = ethernet.HEADER_LENGTH;

/** Passes a packet for somebody else on, in the order of Linux `ip_forward`: TTL, MTU, then the next hop. */
export function forward(
  settings: KernelSettings,
  neighbours: Neighbours,
  errors: Icmp,
  packet: Packet,
  drop: (reason: HostReason) => void,
): void {
  // A host that is no router stays silent (Linux `ip_error`).
  if (packet.broadcast) return;
  if (settings.sysctls.ip_forward === 0) {
    drop('not-local');
    return;
  }
  const next = route(settings, packet.destination);
  if (!next) {
    drop('no-route');
    errors.send(packet, icmp.DESTINATION_UNREACHABLE, icmp.NET_UNREACHABLE);
    return;
  }
  const { bytes, at } = packet;
  if (ipv4.ttlOf(bytes, at) <= 1) {
    errors.send(packet, icmp.TIME_EXCEEDED, 0);
    return;
  }
  if (packet.end - at > next.link.mtu && ipv4.dontFragmentOf(bytes, at)) {
    errors.send(packet, icmp.DESTINATION_UNREACHABLE, icmp.FRAGMENTATION_NEEDED, next.link.mtu);
    return;
  }
  if (next.link === packet.link && settings.sysctls.send_redirects === 1) {
    // Only to a neighbour: who is further away cannot use the shorter way.
    if (inSubnet(packet.source, next.link.address, next.link.prefixLength)) {
      errors.send(packet, icmp.REDIRECT, 1, next.address);
    }
  }
  const frame = new Uint8Array(AT + packet.end - at);
  setU16(frame, ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
  frame.set(wholePacket(packet), AT);
  decrementTtl(frame);
  for (const piece of fragment(frame, next.link.mtu)) neighbours.send(next.link, next.address, piece);
}

/** RFC 1624: TTL and protocol share a word of the checksum. */
function decrementTtl(frame: Uint8Array): void {
  const before = u16(frame, AT + ipv4.TTL);
  ipv4.setTtl(frame, AT, ipv4.ttlOf(frame, AT) - 1);
  const checksum = update16(ipv4.checksumOf(frame, AT), before, u16(frame, AT + ipv4.TTL));
  ipv4.setChecksum(frame, AT, checksum);
}
