import * as arp from '../../packet/arp.ts';
import { HEADER_LENGTH } from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import { close, mix } from './match-keys.ts';

/**
 * Whether two hosts recorded the same packet. They need not have the same bytes: a snap length cuts, a cooked capture does
 * not tell every MAC address, and a network card fills in checksums after the sender's own capture. So checksums are not
 * compared, and of the rest what both have. Keys find candidates as in match-keys.ts.
 */

const NO_MAC = 0;
const UDP_CHECKSUM = 6;
const TCP_CHECKSUM = 16;
const ICMP_CHECKSUM = 2;
/** Of a frame of some other protocol. */
const COVERED = 40;

/** Of what two captures of one frame on one link have in common. */
export function linkKey(facts: FrameFacts): number {
  const { bytes, kind, ipAt, routedAt } = facts;
  if (kind === 'arp') return close(mix(facts.arpOperation, bytes, ipAt + 8, ipAt + arp.HEADER_LENGTH));
  if (ipAt === 0) return close(mix(facts.etherType, bytes, HEADER_LENGTH, COVERED));
  const head = mix(facts.protocol, bytes, routedAt + ipv4.TOTAL_LENGTH, routedAt + ipv4.CHECKSUM);
  const addresses = mix(head, bytes, routedAt + ipv4.SOURCE, routedAt + ipv4.OPTIONS);
  return close(addresses ^ Math.imul(facts.sequence, 0xc2b2ae35) ^ facts.acknowledgement);
}

/** Whether these are captures of one frame, on one link. */
export function sameOnLink(a: FrameFacts, b: FrameFacts): boolean {
  if (a.etherType !== b.etherType || a.ipAt !== b.ipAt || a.outerAt !== b.outerAt) return false;
  if (!mayBeEqual(a.etherDestination, b.etherDestination) || !mayBeEqual(a.etherSource, b.etherSource))
    return false;
  const end = Math.min(endOf(a), endOf(b));
  const { bytes: one } = a;
  const { bytes: other } = b;
  const checksums = checksumsOf(a);
  for (let at = HEADER_LENGTH; at < end; at++) {
    if (one[at] !== other[at] && !checksums.includes(at) && !checksums.includes(at - 1)) return false;
  }
  return true;
}

/** Of what the way leaves alone, in the innermost packet. */
export function packetKey(facts: FrameFacts): number {
  const { bytes, ipAt, protocol, icmpType } = facts;
  let key = Math.imul(protocol ^ ipv4.idOf(bytes, ipAt), 0x85ebca6b);
  // The packet that an error quotes is translated with it, and so the error's own length and bytes.
  if (facts.quoted) return close(key ^ icmpType);
  key = Math.imul(key ^ facts.sentLength ^ (fragmentOf(facts) << 12), 0x27d4eb2f);
  key = Math.imul(key ^ facts.sequence, 0xc2b2ae35);
  return close(Math.imul(key ^ facts.acknowledgement, 0x27d4eb2f) ^ (facts.flags << 8));
}

/** Whether `after` is `before`, further on: routers, NATs and tunnels leave it so. */
export function samePacketOn(before: FrameFacts, after: FrameFacts): boolean {
  if (
    before.kind !== after.kind ||
    before.protocol !== after.protocol ||
    ipv4.idOf(before.bytes, before.ipAt) !== ipv4.idOf(after.bytes, after.ipAt) ||
    ipv4.ttlOf(before.bytes, before.ipAt) < ipv4.ttlOf(after.bytes, after.ipAt)
  )
    return false;
  if (before.quoted ?? after.quoted) return sameError(before, after);
  return (
    before.sequence === after.sequence &&
    before.acknowledgement === after.acknowledgement &&
    before.flags === after.flags &&
    before.icmpType === after.icmpType &&
    before.sentLength === after.sentLength &&
    fragmentOf(before) === fragmentOf(after) &&
    samePartly(before, before.payloadAt, after, after.payloadAt) &&
    (before.kind !== 'tcp' || sameOptions(before, after))
  );
}

/** Whether the (innermost) packets are the same but for TTL and checksums, as far as both were captured. */
export function sameInside(a: FrameFacts, b: FrameFacts): boolean {
  const length = ipv4.totalLengthOf(a.bytes, a.ipAt);
  if (length !== ipv4.totalLengthOf(b.bytes, b.ipAt)) return false;
  const skipped = [ipv4.TTL, ...checksumsOf(a).flatMap((at) => [at - a.ipAt, at + 1 - a.ipAt])];
  const end = Math.min(length, a.ipEnd - a.ipAt, b.ipEnd - b.ipAt);
  for (let i = 0; i < end; i++) {
    if (a.bytes[a.ipAt + i] !== b.bytes[b.ipAt + i] && !skipped.includes(i)) return false;
  }
  return true;
}

/** Whether the addresses and ports of the innermost packet are the same. */
export function sameEnds(a: FrameFacts, b: FrameFacts): boolean {
  return (
    a.source === b.source &&
    a.destination === b.destination &&
    a.sourcePort === b.sourcePort &&
    a.destinationPort === b.destinationPort
  );
}

function sameError({ icmpType, icmpCode, quoted: one }: FrameFacts, after: FrameFacts): boolean {
  const other = after.quoted;
  return (
    icmpType === after.icmpType &&
    icmpCode === after.icmpCode &&
    one !== undefined &&
    other !== undefined &&
    one.kind === other.kind &&
    one.sequence === other.sequence &&
    ipv4.idOf(one.bytes, one.ipAt) === ipv4.idOf(other.bytes, other.ipAt)
  );
}

/** More fragments, and where in the datagram this one is. */
function fragmentOf({ bytes, ipAt }: FrameFacts): number {
  return ipv4.fragmentOffsetOf(bytes, ipAt) + Number(ipv4.moreFragmentsOf(bytes, ipAt));
}

function sameOptions(a: FrameFacts, b: FrameFacts): boolean {
  return (
    a.payloadAt - a.l4At === b.payloadAt - b.l4At ||
    a.payloadAt === a.bytes.length ||
    b.payloadAt === b.bytes.length
  );
}

/** As far as both were captured. */
function samePartly(a: FrameFacts, from: number, b: FrameFacts, to: number): boolean {
  const length = Math.min(a.payloadEnd - from, b.payloadEnd - to);
  for (let i = 0; i < length; i++) if (a.bytes[from + i] !== b.bytes[to + i]) return false;
  return true;
}

/** Where what was sent ends: an Ethernet frame may be padded. */
function endOf({ bytes, kind, ipAt, routedAt }: FrameFacts): number {
  if (ipAt === 0) return bytes.length;
  const end = kind === 'arp' ? ipAt + arp.HEADER_LENGTH : routedAt + ipv4.totalLengthOf(bytes, routedAt);
  return Math.min(end, bytes.length);
}

/** Where the checksums begin that need not be filled in. */
function checksumsOf({ kind, ipAt, outerAt, l4At }: FrameFacts): number[] {
  if (kind === 'arp' || ipAt === 0) return [];
  const found = [ipAt + ipv4.CHECKSUM];
  if (outerAt !== 0) found.push(outerAt + ipv4.CHECKSUM);
  if (kind === 'tcp') found.push(l4At + TCP_CHECKSUM);
  else if (kind === 'udp') found.push(l4At + UDP_CHECKSUM);
  else if (kind === 'icmp') found.push(l4At + ICMP_CHECKSUM);
  return found;
}

function mayBeEqual(a: number, b: number): boolean {
  return a === b || a === NO_MAC || b === NO_MAC;
}
