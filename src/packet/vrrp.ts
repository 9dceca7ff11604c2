/**
 * VRRP over IPv4: version 3 (RFC 9568), which is sent and read, and version 2 (RFC 3768), which is only read.
 *
 * What the checksum of version 3 covers is read in two ways, and both are met: with the pseudo-header of IPv4, as
 * keepalived 2.2.7 and Wireshark have it, or the message alone, as version 2 has it and some routers do. Ours is sent
 * with it; either is right.
 */

import { asIpv4, asMac, type Ipv4 } from './address.ts';
import { setU16, setU32, setU8, u16, u32, u8, view } from './bytes.ts';
import * as ipv4 from './ipv4.ts';
import type { PacketProblem, VrrpLayer } from './layers.ts';
import { checksum, fold, pseudoHeaderSum, sum } from './ones-complement.ts';
import { packetProblem } from './problem.ts';

/** Of all VRRP routers on a link; 224.0.0.18. */
export const GROUP = asIpv4(0xe000_0012);
export const GROUP_MAC = asMac(0x0100_5e00_0012);
/** Whatever has passed a router has less: RFC 9568 section 5.1.1.3. */
export const TTL = 255;
/** Internetwork control, CS6: as keepalived sends it. */
export const TRAFFIC_CLASS = 0xc0;

/** Without the addresses, and the authentication data of version 2. */
export const HEADER_LENGTH = 8;
export const AUTHENTICATION_LENGTH = 8;
export const CHECKSUM = 6;

export const ADVERTISEMENT = 1;

/** Of an active router that stops: RFC 9568 section 5.2.4. */
export const STOPS = 0;
/** Of a router that has the addresses as its own. */
export const OWNER = 255;

/** 12 bits of hundredths of a second. */
export const LONGEST_INTERVAL = 4095;

/** Whether `[at, end)` holds an advertisement of a version that is read here. */
export function check(bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  if (end <= at) return packetProblem('truncated', 'vrrp', at);
  const version = u8(bytes, at) >>> 4;
  const type = u8(bytes, at) & 15;
  if ((version !== 2 && version !== 3) || type !== ADVERTISEMENT)
    return packetProblem('unsupported', 'vrrp', at);
  return end - at < HEADER_LENGTH || end - at < lengthOf(bytes, at)
    ? packetProblem('truncated', 'vrrp', at)
    : undefined;
}

/** Of the whole message, by its version and its count of addresses. */
function lengthOf(bytes: Uint8Array, at: number): number {
  const isOld = u8(bytes, at) >>> 4 === 2;
  return HEADER_LENGTH + u8(bytes, at + 3) * 4 + (isOld ? AUTHENTICATION_LENGTH : 0);
}

/** The message as a record. `ipStart` is the IPv4 header before it: without, what the checksum covers is unknown. */
export function decode(bytes: Uint8Array, at: number, end: number, ipStart = -1): VrrpLayer | PacketProblem {
  return check(bytes, at, end) ?? new DecodedVrrp(bytes, at, ipStart);
}

class DecodedVrrp implements VrrpLayer {
  readonly kind = 'vrrp';
  readonly start: number;
  readonly end: number;
  readonly version: number;
  readonly type: number;
  readonly virtualRouter: number;
  readonly priority: number;
  readonly authenticationType: number;
  readonly interval: number;
  readonly checksum: number;
  readonly addresses: Uint8Array;
  readonly authentication: Uint8Array;
  readonly checksumCovers: VrrpLayer['checksumCovers'];

  constructor(bytes: Uint8Array, at: number, ipStart: number) {
    this.start = at;
    this.end = at + lengthOf(bytes, at);
    this.version = u8(bytes, at) >>> 4;
    this.type = u8(bytes, at) & 15;
    this.virtualRouter = u8(bytes, at + 1);
    this.priority = u8(bytes, at + 2);
    const isOld = this.version === 2;
    const addressesEnd = at + HEADER_LENGTH + u8(bytes, at + 3) * 4;
    this.authenticationType = isOld ? u8(bytes, at + 4) : 0;
    this.interval = isOld ? u8(bytes, at + 5) * 100 : u16(bytes, at + 4) & LONGEST_INTERVAL;
    this.checksum = u16(bytes, at + CHECKSUM);
    this.addresses = view(bytes, at + HEADER_LENGTH, addressesEnd);
    this.authentication = view(bytes, addressesEnd, this.end);
    this.checksumCovers = ipStart < 0 ? undefined : covers(bytes, at, this.end, isOld ? -1 : ipStart);
  }
}

/** `ipStart` below 0: a pseudo-header does not come into question. */
function covers(
  bytes: Uint8Array,
  at: number,
  end: number,
  ipStart: number,
): 'pseudo-header' | 'message' | 'nothing' {
  const message = sum(bytes, at, end);
  if (ipStart >= 0 && fold(message + pseudoHeader(bytes, ipStart, end - at)) === 0xffff)
    return 'pseudo-header';
  return fold(message) === 0xffff ? 'message' : 'nothing';
}

function pseudoHeader(bytes: Uint8Array, ipStart: number, length: number): number {
  const source = ipv4.sourceOf(bytes, ipStart);
  return pseudoHeaderSum(source, ipv4.destinationOf(bytes, ipStart), ipv4.PROTOCOL_VRRP, length);
}

/** The addresses of a virtual router, in the order of the message. */
export function addressesOf({ addresses }: VrrpLayer): Ipv4[] {
  return Array.from({ length: addresses.length / 4 }, (_, index) => asIpv4(u32(addresses, index * 4)));
}

/** An advertisement of version 3. */
export interface Advertisement {
  /** 1 to 255. */
  readonly virtualRouter: number;
  /** 0 to 255: `STOPS`, `OWNER`. */
  readonly priority: number;
  /** Hundredths of a second between two of them, 1 to 4095. */
  readonly interval: number;
  /** At most 255. */
  readonly addresses: readonly Ipv4[];
}

/** The message as a new array, with the checksum of one that goes from `source` to the group. */
export function encode(advertisement: Advertisement, source: Ipv4): Uint8Array {
  const { virtualRouter, priority, interval, addresses } = advertisement;
  const bytes = new Uint8Array(HEADER_LENGTH + addresses.length * 4);
  setU8(bytes, 0, (3 << 4) | ADVERTISEMENT);
  setU8(bytes, 1, virtualRouter);
  setU8(bytes, 2, priority);
  setU8(bytes, 3, addresses.length);
  setU16(bytes, 4, interval);
  for (const [index, address] of addresses.entries()) setU32(bytes, HEADER_LENGTH + index * 4, address);
  const pseudo = pseudoHeaderSum(source, GROUP, ipv4.PROTOCOL_VRRP, bytes.length);
  setU16(bytes, CHECKSUM, checksum(bytes, 0, bytes.length, pseudo));
  return bytes;
}
