import { BROADCAST_MAC, type Ipv4, type Mac } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import { buildArp, buildVrrp } from '../../packet/build.ts';
import { u32 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { isProblem } from '../../packet/problem.ts';
import * as vrrp from '../../packet/vrrp.ts';
import type { HeardAdvertisement, VirtualRouterConfig } from './virtual-router.ts';

/** @param identification Of the IPv4 header. */
export function advertisementFrame(
  { id, interval, addresses, primary }: VirtualRouterConfig,
  priority: number,
  mac: Mac,
  identification: number,
): Uint8Array {
  return buildVrrp({
    source: mac,
    ip: { source: primary, id: identification },
    vrrp: { virtualRouter: id, priority, interval: interval / 10, addresses },
  });
}

/** A request for the address by itself, to everyone, as keepalived sends it: the target's MAC is the broadcast one too. */
export function gratuitousArpFrame(address: Ipv4, mac: Mac): Uint8Array {
  return buildArp({
    arp: {
      operation: arp.REQUEST,
      senderMac: mac,
      senderIp: address,
      targetMac: BROADCAST_MAC,
      targetIp: address,
    },
  });
}

/**
 * The advertisement in the frame `[start, end)`, with the virtual router that it speaks for; `undefined` for whatever RFC
 * 9568 section 7.1 discards: another version, a packet that has passed a router, a checksum that is right in neither
 * reading. So is an interval of 0, by which nobody could wait.
 */
export function readAdvertisement(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly id: number; readonly heard: HeardAdvertisement } | undefined {
  const at = start + ethernet.HEADER_LENGTH;
  if (end < at + ipv4.HEADER_LENGTH || ethernet.etherTypeOf(bytes, start) !== ethernet.ETHERTYPE_IPV4)
    return undefined;
  // First of all: a forwarder asks this of every frame.
  if (u32(bytes, at + ipv4.DESTINATION) !== vrrp.GROUP || ipv4.ttlOf(bytes, at) !== vrrp.TTL)
    return undefined;
  if (ipv4.check(bytes, at, end) !== undefined || ipv4.isFragment(bytes, at)) return undefined;
  if (ipv4.protocolOf(bytes, at) !== ipv4.PROTOCOL_VRRP || !ipv4.headerChecksumOk(bytes, at))
    return undefined;
  const message = vrrp.decode(
    bytes,
    at + ipv4.headerLengthOf(bytes, at),
    at + ipv4.totalLengthOf(bytes, at),
    at,
  );
  if (isProblem(message) || message.version !== 3 || message.interval === 0) return undefined;
  if (message.checksumCovers === 'nothing') return undefined;
  const { virtualRouter: id, priority, interval } = message;
  return { id, heard: { priority, interval: interval * 10, source: ipv4.sourceOf(bytes, at) } };
}
