/** Whole Ethernet frames with every header value chosen, for hosts and tests. All checksums are valid. */

import { BROADCAST_MAC, type Ipv4, type Mac } from './address.ts';
import * as arp from './arp.ts';
import type { ArpHeader } from './arp.ts';
import { EMPTY } from './bytes.ts';
import * as ethernet from './ethernet.ts';
import * as icmp from './icmp.ts';
import type { IcmpHeader } from './icmp.ts';
import * as ipv4 from './ipv4.ts';
import type { Ipv4Header } from './ipv4.ts';
import * as tcp from './tcp.ts';
import type { TcpHeader } from './tcp.ts';
import * as udp from './udp.ts';
import type { UdpHeader } from './udp.ts';
import * as vrrp from './vrrp.ts';
import type { Advertisement } from './vrrp.ts';

export interface MacPair {
  readonly source: Mac;
  readonly destination: Mac;
}

/** The IPv4 header without the protocol, which follows from what is built. */
export type IpFields = Omit<Ipv4Header, 'protocol'>;

interface InIpv4 {
  readonly ethernet: MacPair;
  readonly ip: IpFields;
}

export function buildTcp(
  frame: InIpv4 & { readonly tcp: TcpHeader; readonly payload?: Uint8Array | undefined },
): Uint8Array {
  const { source, destination } = frame.ip;
  const segment = tcp.encode(frame.tcp, frame.payload ?? EMPTY, source, destination);
  return buildIpv4({ ...frame, ip: { ...frame.ip, protocol: ipv4.PROTOCOL_TCP }, payload: segment });
}

export function buildUdp(
  frame: InIpv4 & { readonly udp: UdpHeader; readonly payload?: Uint8Array | undefined },
): Uint8Array {
  const { source, destination } = frame.ip;
  const datagram = udp.encode(frame.udp, frame.payload ?? EMPTY, source, destination);
  return buildIpv4({ ...frame, ip: { ...frame.ip, protocol: ipv4.PROTOCOL_UDP }, payload: datagram });
}

export interface EchoFields {
  readonly operation: 'request' | 'reply';
  readonly identifier: number;
  readonly sequence: number;
}

/** RFC 792, echo and echo reply. */
export function buildIcmpEcho(
  frame: InIpv4 & { readonly icmp: EchoFields; readonly payload?: Uint8Array | undefined },
): Uint8Array {
  const { operation, identifier, sequence } = frame.icmp;
  const type = operation === 'request' ? icmp.ECHO_REQUEST : icmp.ECHO_REPLY;
  const rest = ((identifier << 16) | (sequence & 0xffff)) >>> 0;
  return buildIcmp({ ...frame, icmp: { type, code: 0, rest } });
}

/** RFC 1812 section 4.3.2.3: an error is at most this long, its IP header included. */
export const MAX_ICMP_ERROR_LENGTH = 576;

/**
 * An ICMP error about `quoted`, the IPv4 packet as it was received (no Ethernet header). It is cut so that the error
 * has at most 576 bytes. `icmp.rest` is the next-hop MTU of a 3/4.
 */
export function buildIcmpError(
  frame: InIpv4 & { readonly icmp: IcmpHeader; readonly quoted: Uint8Array },
): Uint8Array {
  const room =
    MAX_ICMP_ERROR_LENGTH - ipv4.HEADER_LENGTH - (frame.ip.options?.length ?? 0) - icmp.HEADER_LENGTH;
  return buildIcmp({ ...frame, payload: frame.quoted.subarray(0, room) });
}

function buildIcmp(
  frame: InIpv4 & { readonly icmp: IcmpHeader; readonly payload?: Uint8Array | undefined },
): Uint8Array {
  const message = icmp.encode(frame.icmp, frame.payload ?? EMPTY);
  return buildIpv4({ ...frame, ip: { ...frame.ip, protocol: ipv4.PROTOCOL_ICMP }, payload: message });
}

/**
 * An ARP packet. Left out, the Ethernet header is the usual one: from the sender, a request to everyone, a reply to
 * the target.
 */
export function buildArp(frame: {
  readonly ethernet?: MacPair | undefined;
  readonly arp: ArpHeader;
}): Uint8Array {
  const macs = frame.ethernet ?? {
    source: frame.arp.senderMac,
    destination: frame.arp.operation === arp.REQUEST ? BROADCAST_MAC : frame.arp.targetMac,
  };
  return ethernet.encode({ ...macs, etherType: ethernet.ETHERTYPE_ARP }, arp.encode(frame.arp));
}

/** RFC 9568, to the group of all VRRP routers. */
export function buildVrrp(frame: {
  readonly source: Mac;
  readonly ip: { readonly source: Ipv4; readonly id?: number | undefined };
  readonly vrrp: Advertisement;
}): Uint8Array {
  const { source, id } = frame.ip;
  return buildIpv4({
    ethernet: { source: frame.source, destination: vrrp.GROUP_MAC },
    ip: {
      source,
      destination: vrrp.GROUP,
      protocol: ipv4.PROTOCOL_VRRP,
      ttl: vrrp.TTL,
      trafficClass: vrrp.TRAFFIC_CLASS,
      dontFragment: false,
      id,
    },
    payload: vrrp.encode(frame.vrrp, source),
  });
}

/** Any IPv4 packet: another protocol, or a fragment. `payload` follows the header as it is. */
export function buildIpv4(frame: {
  readonly ethernet: MacPair;
  readonly ip: Ipv4Header;
  readonly payload: Uint8Array;
}): Uint8Array {
  const packet = ipv4.encode(frame.ip, frame.payload);
  return ethernet.encode({ ...frame.ethernet, etherType: ethernet.ETHERTYPE_IPV4 }, packet);
}

/**
 * The IPv4 packet of the frame `inner` inside another one (RFC 2003). TTL, traffic class and DF are the inner
 * packet's unless given. A frame without an IPv4 packet comes back unchanged.
 */
export function wrapIpip(frame: {
  readonly ethernet: MacPair;
  readonly ip: IpFields;
  readonly inner: Uint8Array;
}): Uint8Array {
  const { inner } = frame;
  const at = ethernet.HEADER_LENGTH;
  const isIpv4 =
    ethernet.check(inner, 0, inner.length) === undefined &&
    ethernet.etherTypeOf(inner, 0) === ethernet.ETHERTYPE_IPV4 &&
    ipv4.check(inner, at, inner.length) === undefined;
  if (!isIpv4) return inner;
  return buildIpv4({
    ethernet: frame.ethernet,
    ip: {
      ...frame.ip,
      protocol: ipv4.PROTOCOL_IPIP,
      ttl: frame.ip.ttl ?? ipv4.ttlOf(inner, at),
      trafficClass: frame.ip.trafficClass ?? ipv4.trafficClassOf(inner, at),
      dontFragment: frame.ip.dontFragment ?? ipv4.dontFragmentOf(inner, at),
    },
    payload: inner.subarray(at, at + ipv4.totalLengthOf(inner, at)),
  });
}
