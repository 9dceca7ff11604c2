import type { Frame } from '../../forwarder/frame.ts';
import { soundIpv4 } from '../../forwarder/headers.ts';
import { isAddressedTo, macHead, macTail, setMac, type Port } from '../../forwarder/port.ts';
import { asIpv4, type Ipv4, type Mac } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as gue from '../../packet/gue.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as udp from '../../packet/udp.ts';

/** The MAC addresses of an unwrapped packet's frame. */
export interface FrameMacs {
  readonly source: Mac;
  readonly destination: Mac;
}

/**
 * Takes the outer header off in place (RFC 2003), and of a datagram for one of `guePorts` UDP and GUE too, when the frame
 * is for this interface and the packet for this node, as the kernel's `ipip` and `fou` do; false when it is neither, or
 * nothing whole is in it. The inner packet is not changed: it is the receiving kernel that judges it.
 */
export function unwrap(
  frame: Frame,
  own: Pick<Port, 'macHead' | 'macTail'>,
  addresses: ReadonlySet<Ipv4>,
  macs: FrameMacs,
  guePorts: readonly number[] = [],
): boolean {
  const { bytes, view, start, end } = frame;
  const ip = start + ethernet.HEADER_LENGTH;
  if (end < ip + ipv4.HEADER_LENGTH || view.getUint16(start + ethernet.ETHERTYPE) !== ethernet.ETHERTYPE_IPV4)
    return false;
  const protocol = view.getUint8(ip + ipv4.PROTOCOL);
  const isTunnels =
    protocol === ipv4.PROTOCOL_IPIP || (protocol === ipv4.PROTOCOL_UDP && guePorts.length > 0);
  if (!isTunnels || !isAddressedTo(own, view, start)) return false;
  const headerLength = soundIpv4(view, ip, end);
  if (headerLength === 0 || !addresses.has(asIpv4(view.getUint32(ip + ipv4.DESTINATION)))) return false;
  if ((view.getUint16(ip + ipv4.FRAGMENT) & ~ipv4.DONT_FRAGMENT) !== 0) return false;
  // Ethernet pads short frames: what is behind the packet is not the inner one's.
  const packetEnd = ip + view.getUint16(ip + ipv4.TOTAL_LENGTH);
  const l4 = ip + headerLength;
  const inner = protocol === ipv4.PROTOCOL_IPIP ? l4 : innerOfGue(bytes, l4, packetEnd, guePorts);
  if (inner === 0 || packetEnd - inner < ipv4.HEADER_LENGTH || view.getUint8(inner) >>> 4 !== 4) return false;
  frame.end = packetEnd;
  frame.start = inner - ethernet.HEADER_LENGTH;
  setMac(view, frame.start, macHead(macs.destination), macTail(macs.destination));
  setMac(view, frame.start + 6, macHead(macs.source), macTail(macs.source));
  view.setUint16(frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
  return true;
}

function innerOfGue(bytes: Uint8Array, at: number, end: number, ports: readonly number[]): number {
  const inner = gue.innerAt(bytes, at, end);
  return inner > 0 && ports.includes(udp.destinationPortOf(bytes, at)) ? inner : 0;
}
