import * as ipv4 from '../../packet/ipv4.ts';
import type { FrameFacts } from '../records/frame-facts.ts';

/**
 * Keys under which captures of one packet meet, and the exact comparisons behind them. A key is a small integer (the
 * fastest thing to look up) over a few bytes, so a candidate it finds is always compared in full.
 */

/** Bytes of a frame that a key covers: with the layer 4 checksum among them, payloads tell apart too. */
const COVERED = 64;

/** Of a whole frame on one segment. */
export function frameKey(bytes: Uint8Array): number {
  return close(mix(bytes.length, bytes, 0, Math.min(bytes.length, COVERED)));
}

export function sameFrame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && sameRange(a, 0, b, 0, a.length));
}

/** Of what routing leaves alone: the IPv4 packet but TTL and header checksum. Call it only for frames with one. */
export function routedKey(facts: FrameFacts): number {
  const { bytes, routedAt: at } = facts;
  const head = mix(facts.ipEnd - at, bytes, at, at + ipv4.TTL);
  const addresses = mix(head, bytes, at + ipv4.SOURCE, at + ipv4.OPTIONS);
  const rest = at + ipv4.headerLengthOf(bytes, at);
  return close(mix(addresses, bytes, rest, Math.min(bytes.length, rest + COVERED)));
}

/** Whether routing turned `before` into `after`. What options say may differ: routers fill in a record of the route. */
export function sameRouted(before: FrameFacts, after: FrameFacts): boolean {
  const { bytes: a, routedAt: from } = before;
  const { bytes: b, routedAt: to } = after;
  const length = before.ipEnd - from;
  if (from === 0 || to === 0 || length !== after.ipEnd - to) return false;
  const header = ipv4.headerLengthOf(a, from);
  return (
    ipv4.ttlOf(a, from) === ipv4.ttlOf(b, to) + 1 &&
    sameRange(a, from, b, to, ipv4.TTL) &&
    a[from + ipv4.PROTOCOL] === b[to + ipv4.PROTOCOL] &&
    sameRange(a, from + ipv4.SOURCE, b, to + ipv4.SOURCE, 8) &&
    sameRange(a, from + header, b, to + header, length - header)
  );
}

/** Two IPv4 packets of `length` bytes, equal but for TTL and header checksum. */
export function samePacket(a: Uint8Array, from: number, b: Uint8Array, to: number, length: number): boolean {
  return (
    sameRange(a, from, b, to, ipv4.TTL) &&
    a[from + ipv4.PROTOCOL] === b[to + ipv4.PROTOCOL] &&
    sameRange(a, from + ipv4.SOURCE, b, to + ipv4.SOURCE, length - ipv4.SOURCE)
  );
}

/** Of what a NAT leaves alone, in the innermost packet. */
export function survivorKey(facts: FrameFacts): number {
  let key = Math.imul(facts.protocol ^ facts.payloadLength, 0x85ebca6b) ^ ipv4.idOf(facts.bytes, facts.ipAt);
  key = Math.imul(key ^ facts.sequence, 0xc2b2ae35);
  key = Math.imul(key ^ facts.acknowledgement, 0x27d4eb2f) ^ (facts.flags << 8);
  return close(key);
}

/** TCP sequence, acknowledgement, flags, options and payload, and the IP id, survive a NAT; addresses and ports may not. */
export function sameSurvivors(before: FrameFacts, after: FrameFacts): boolean {
  const length = before.payloadLength;
  return (
    before.kind === after.kind &&
    before.protocol === after.protocol &&
    before.sequence === after.sequence &&
    before.acknowledgement === after.acknowledgement &&
    before.flags === after.flags &&
    before.icmpType === after.icmpType &&
    length === after.payloadLength &&
    ipv4.idOf(before.bytes, before.ipAt) === ipv4.idOf(after.bytes, after.ipAt) &&
    ipv4.ttlOf(before.bytes, before.ipAt) >= ipv4.ttlOf(after.bytes, after.ipAt) &&
    sameTcpOptions(before, after) &&
    sameRange(before.bytes, before.payloadAt, after.bytes, after.payloadAt, length)
  );
}

export function sameTcpOptions(before: FrameFacts, after: FrameFacts): boolean {
  if (before.kind !== 'tcp') return true;
  const length = before.payloadAt - before.l4At - 20;
  return (
    length === after.payloadAt - after.l4At - 20 &&
    sameRange(before.bytes, before.l4At + 20, after.bytes, after.l4At + 20, length)
  );
}

export function sameRange(a: Uint8Array, from: number, b: Uint8Array, to: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[from + i] !== b[to + i]) return false;
  return true;
}

export function mix(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

/** Spread over 30 bits, which V8 keeps unboxed. */
export function close(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (folded ^ (folded >>> 13)) & 0x3fff_ffff;
}
