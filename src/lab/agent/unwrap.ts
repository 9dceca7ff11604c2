import type { Frame } from '../../forwarder/frame.ts';
import { soundIpv4 } from '../../forwarder/headers.ts';
import { isAddressedTo, macHead, macTail, setMac, type Port } from '../../forwarder/port.ts';
import { asIpv4, type Ipv4, type Mac } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';

/** The MAC addresses of an unwrapped packet's frame. */
export interface Link {
  readonly source: Mac;
  readonly destination: Mac;
}

/**
 * Takes the outer header off in place (RFC 2003) when the frame is for this interface and the packet for this node, as
 * the kernel's `ipip` does; false when it is neither, or nothing whole is in it. The inner packet is not changed: it is
 * the receiving kernel that judges it.
 */
export function unwrap(
  frame: Frame,
  own: Pick<Port, 'macHead' | 'macTail'>,
  addresses: ReadonlySet<Ipv4>,
  link: Link,
): boolean {
  const { view, start, end } = frame;
  const ip = start + ethernet.HEADER_LENGTH;
  if (end < ip + ipv4.HEADER_LENGTH || view.getUint16(start + ethernet.ETHERTYPE) !== ethernet.ETHERTYPE_IPV4)
    return false;
  if (view.getUint8(ip + ipv4.PROTOCOL) !== ipv4.PROTOCOL_IPIP || !isAddressedTo(own, view, start))
    return false;
  const headerLength = soundIpv4(view, ip, end);
  if (headerLength === 0 || !addresses.has(asIpv4(view.getUint32(ip + ipv4.DESTINATION)))) return false;
  if ((view.getUint16(ip + ipv4.FRAGMENT) & ~ipv4.DONT_FRAGMENT) !== 0) return false;
  const inner = ip + headerLength;
  // Ethernet pads short frames: what is behind the packet is not the inner one's.
  frame.end = ip + view.getUint16(ip + ipv4.TOTAL_LENGTH);
  if (frame.end - inner < ipv4.HEADER_LENGTH || view.getUint8(inner) >>> 4 !== 4) return false;
  frame.start = inner - ethernet.HEADER_LENGTH;
  setMac(view, frame.start, macHead(link.destination), macTail(link.destination));
  setMac(view, frame.start + 6, macHead(link.source), macTail(link.source));
  view.setUint16(frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
  return true;
}
