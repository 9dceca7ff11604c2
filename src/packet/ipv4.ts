/** RFC 791. */

import { asIpv4, type Ipv4 } from './address.ts';
import { EMPTY, setU16, setU32, setU8, u16, u32, u8, view } from './bytes.ts';
import type { Ipv4Layer, PacketProblem } from './layers.ts';
import { checksum, fold, sum } from './ones-complement.ts';
import { packetProblem } from './problem.ts';

/** Without options. */
export const HEADER_LENGTH = 20;
export const MAX_OPTIONS_LENGTH = 40;

export const TRAFFIC_CLASS = 1;
export const TOTAL_LENGTH = 2;
export const ID = 4;
/** Three flag bits, then the fragment offset in units of 8 bytes. */
export const FRAGMENT = 6;
export const TTL = 8;
export const PROTOCOL = 9;
export const CHECKSUM = 10;
export const SOURCE = 12;
export const DESTINATION = 16;
export const OPTIONS = 20;

export const PROTOCOL_ICMP = 1;
/** IPv4 in IPv4, RFC 2003. */
export const PROTOCOL_IPIP = 4;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_VRRP = 112;

export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;

/** Whether `[at, end)` holds a whole packet: a sane header, and all the bytes its total length promises. */
export function check(bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  const problem = checkHeader(bytes, at, end);
  if (problem !== undefined) return problem;
  return at + totalLengthOf(bytes, at) > end ? packetProblem('truncated', 'ipv4', at) : undefined;
}

/** Whether `[at, end)` holds a sane header, options included; the packet itself may be cut (a quote, a snapshot). */
export function checkHeader(bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  if (end <= at) return packetProblem('truncated', 'ipv4', at);
  if (versionOf(bytes, at) !== 4) return packetProblem('bad-version', 'ipv4', at);
  if (headerLengthOf(bytes, at) < HEADER_LENGTH) return packetProblem('bad-header-length', 'ipv4', at);
  if (end - at < HEADER_LENGTH) return packetProblem('truncated', 'ipv4', at);
  if (totalLengthOf(bytes, at) < headerLengthOf(bytes, at)) return packetProblem('bad-length', 'ipv4', at);
  return at + headerLengthOf(bytes, at) > end ? packetProblem('truncated', 'ipv4', at) : undefined;
}

export function versionOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) >>> 4;
}

/** In bytes, options included. */
export function headerLengthOf(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) & 15) * 4;
}

/** The octet that is DSCP and ECN now (RFC 2474, RFC 3168), type of service before. */
export function trafficClassOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + TRAFFIC_CLASS);
}

export function totalLengthOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + TOTAL_LENGTH);
}

export function idOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + ID);
}

export function dontFragmentOf(bytes: Uint8Array, at: number): boolean {
  return (u16(bytes, at + FRAGMENT) & DONT_FRAGMENT) !== 0;
}

export function moreFragmentsOf(bytes: Uint8Array, at: number): boolean {
  return (u16(bytes, at + FRAGMENT) & MORE_FRAGMENTS) !== 0;
}

/** In bytes. */
export function fragmentOffsetOf(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at + FRAGMENT) & 0x1fff) * 8;
}

/** First, middle or last fragment: anything but a whole datagram. */
export function isFragment(bytes: Uint8Array, at: number): boolean {
  return (u16(bytes, at + FRAGMENT) & (MORE_FRAGMENTS | 0x1fff)) !== 0;
}

export function ttlOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + TTL);
}

export function protocolOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + PROTOCOL);
}

export function checksumOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + CHECKSUM);
}

export function sourceOf(bytes: Uint8Array, at: number): Ipv4 {
  return asIpv4(u32(bytes, at + SOURCE));
}

export function destinationOf(bytes: Uint8Array, at: number): Ipv4 {
  return asIpv4(u32(bytes, at + DESTINATION));
}

export function headerChecksumOk(bytes: Uint8Array, at: number): boolean {
  return fold(sum(bytes, at, at + headerLengthOf(bytes, at))) === 0xffff;
}

// The setters leave the checksum alone: the forwarder updates it incrementally.

export function setTotalLength(bytes: Uint8Array, at: number, length: number): void {
  setU16(bytes, at + TOTAL_LENGTH, length);
}

export function setId(bytes: Uint8Array, at: number, id: number): void {
  setU16(bytes, at + ID, id);
}

/** Flag bits and offset in one: `offset / 8 | MORE_FRAGMENTS | DONT_FRAGMENT`. */
export function setFragment(bytes: Uint8Array, at: number, word: number): void {
  setU16(bytes, at + FRAGMENT, word);
}

export function setTtl(bytes: Uint8Array, at: number, ttl: number): void {
  setU8(bytes, at + TTL, ttl);
}

export function setChecksum(bytes: Uint8Array, at: number, value: number): void {
  setU16(bytes, at + CHECKSUM, value);
}

export function setSource(bytes: Uint8Array, at: number, address: Ipv4): void {
  setU32(bytes, at + SOURCE, address);
}

export function setDestination(bytes: Uint8Array, at: number, address: Ipv4): void {
  setU32(bytes, at + DESTINATION, address);
}

/** Computes the header checksum in full and stores it. */
export function fillHeaderChecksum(bytes: Uint8Array, at: number): void {
  setChecksum(bytes, at, 0);
  setChecksum(bytes, at, checksum(bytes, at, at + headerLengthOf(bytes, at)));
}

/** The header as a record. The packet may be cut; call `check` to know. */
export function decode(bytes: Uint8Array, at: number, end: number): Ipv4Layer | PacketProblem {
  const problem = checkHeader(bytes, at, end);
  if (problem !== undefined) return problem;
  const headerEnd = at + headerLengthOf(bytes, at);
  // Read by offset, not by getter: the optimiser stops inlining before it is through all of them.
  const fragment = u16(bytes, at + FRAGMENT);
  return {
    kind: 'ipv4',
    start: at,
    end: headerEnd,
    trafficClass: u8(bytes, at + TRAFFIC_CLASS),
    totalLength: u16(bytes, at + TOTAL_LENGTH),
    id: u16(bytes, at + ID),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    ttl: u8(bytes, at + TTL),
    protocol: u8(bytes, at + PROTOCOL),
    checksum: u16(bytes, at + CHECKSUM),
    checksumOk: fold(sum(bytes, at, headerEnd)) === 0xffff,
    source: asIpv4(u32(bytes, at + SOURCE)),
    destination: asIpv4(u32(bytes, at + DESTINATION)),
    options: headerEnd - at === HEADER_LENGTH ? EMPTY : view(bytes, at + OPTIONS, headerEnd),
  };
}

/** What a sender chooses; lengths and checksum follow from it. */
export interface Ipv4Header {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  readonly trafficClass?: number | undefined;
  readonly id?: number | undefined;
  readonly dontFragment?: boolean | undefined;
  readonly moreFragments?: boolean | undefined;
  /** Bytes, a multiple of 8. */
  readonly fragmentOffset?: number | undefined;
  /** 64 when left out. */
  readonly ttl?: number | undefined;
  /** Padded with zeros to a multiple of 4 bytes; at most 40 are kept. */
  readonly options?: Uint8Array | undefined;
}

/** The packet as a new array, total length and header checksum filled in. */
export function encode(header: Ipv4Header, payload: Uint8Array): Uint8Array {
  const headerLength = HEADER_LENGTH + paddedOptionsLength(header.options);
  const bytes = new Uint8Array(headerLength + payload.length);
  write(header, bytes, 0, bytes.length);
  bytes.set(payload, headerLength);
  fillHeaderChecksum(bytes, 0);
  return bytes;
}

/** Writes the header at `at`, its checksum as given (or 0). The caller has made room. */
export function write(
  header: Ipv4Header & { readonly checksum?: number },
  bytes: Uint8Array,
  at: number,
  totalLength: number,
): void {
  const options = header.options ?? EMPTY;
  const headerLength = HEADER_LENGTH + paddedOptionsLength(options);
  setU8(bytes, at, 0x40 | (headerLength / 4));
  setU8(bytes, at + TRAFFIC_CLASS, header.trafficClass ?? 0);
  setTotalLength(bytes, at, totalLength);
  setId(bytes, at, header.id ?? 0);
  setFragment(
    bytes,
    at,
    (header.dontFragment === true ? DONT_FRAGMENT : 0) |
      (header.moreFragments === true ? MORE_FRAGMENTS : 0) |
      (((header.fragmentOffset ?? 0) >>> 3) & 0x1fff),
  );
  setTtl(bytes, at, header.ttl ?? 64);
  setU8(bytes, at + PROTOCOL, header.protocol);
  setChecksum(bytes, at, header.checksum ?? 0);
  setSource(bytes, at, header.source);
  setDestination(bytes, at, header.destination);
  bytes.fill(0, at + OPTIONS, at + headerLength);
  bytes.set(options.subarray(0, MAX_OPTIONS_LENGTH), at + OPTIONS);
}

function paddedOptionsLength(options: Uint8Array | undefined): number {
  return Math.min(MAX_OPTIONS_LENGTH, Math.ceil((options?.length ?? 0) / 4) * 4);
}
