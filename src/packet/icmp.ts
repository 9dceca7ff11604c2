/** RFC 792. */

import { setU16, setU32, setU8, u16, u32, u8 } from './bytes.ts';
import { l4ChecksumOk } from './checksum.ts';
import type { IcmpLayer, Layer, PacketProblem } from './layers.ts';
import { checksum } from './ones-complement.ts';
import { packetProblem } from './problem.ts';

export const HEADER_LENGTH = 8;

export const TYPE = 0;
export const CODE = 1;
export const CHECKSUM = 2;
/** Echo: identifier and sequence number. Destination unreachable, fragmentation needed: next-hop MTU (RFC 1191). */
export const REST = 4;
export const IDENTIFIER = 4;
export const SEQUENCE = 6;
export const NEXT_HOP_MTU = 6;

export const ECHO_REPLY = 0;
export const DESTINATION_UNREACHABLE = 3;
export const SOURCE_QUENCH = 4;
export const REDIRECT = 5;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;
export const PARAMETER_PROBLEM = 12;

/** Codes of `DESTINATION_UNREACHABLE`. */
export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;

/** Whether `[at, end)` holds a header. */
export function check(_bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  return end - at < HEADER_LENGTH ? packetProblem('truncated', 'icmp', at) : undefined;
}

/** Whether messages of this type quote the packet they are about. */
export function isError(type: number): boolean {
  return (
    type === DESTINATION_UNREACHABLE ||
    type === SOURCE_QUENCH ||
    type === REDIRECT ||
    type === TIME_EXCEEDED ||
    type === PARAMETER_PROBLEM
  );
}

export function typeOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + TYPE);
}

export function codeOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + CODE);
}

export function checksumOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + CHECKSUM);
}

export function restOf(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + REST);
}

export function identifierOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + IDENTIFIER);
}

export function sequenceOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + SEQUENCE);
}

export function nextHopMtuOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + NEXT_HOP_MTU);
}

// The setters leave the checksum alone: the forwarder updates it incrementally.

export function setIdentifier(bytes: Uint8Array, at: number, identifier: number): void {
  setU16(bytes, at + IDENTIFIER, identifier);
}

export function setNextHopMtu(bytes: Uint8Array, at: number, mtu: number): void {
  setU16(bytes, at + NEXT_HOP_MTU, mtu);
}

export function setChecksum(bytes: Uint8Array, at: number, value: number): void {
  setU16(bytes, at + CHECKSUM, value);
}

const NOTHING_QUOTED: readonly Layer[] = [];

/**
 * The header as a record. `ipStart` is the IPv4 header before it: without, `checksumOk` is unknown. `quoted` is what
 * the decoder of whole frames found behind the header of an error; alone, this function leaves it empty.
 */
export function decode(
  bytes: Uint8Array,
  at: number,
  end: number,
  ipStart = -1,
  quoted: readonly Layer[] = NOTHING_QUOTED,
): IcmpLayer | PacketProblem {
  return check(bytes, at, end) ?? new DecodedIcmp(bytes, at, end, ipStart, quoted);
}

/** The checksum is computed when asked for: it reads the whole payload, and most readers never ask. */
class DecodedIcmp implements IcmpLayer {
  readonly kind = 'icmp';
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly rest: number;
  readonly quoted: readonly Layer[];
  readonly #bytes: Uint8Array;
  readonly #ipStart: number;
  readonly #ipEnd: number;

  constructor(bytes: Uint8Array, at: number, ipEnd: number, ipStart: number, quoted: readonly Layer[]) {
    this.start = at;
    this.end = at + HEADER_LENGTH;
    this.type = typeOf(bytes, at);
    this.code = codeOf(bytes, at);
    this.checksum = checksumOf(bytes, at);
    this.rest = restOf(bytes, at);
    this.quoted = quoted;
    this.#bytes = bytes;
    this.#ipStart = ipStart;
    this.#ipEnd = ipEnd;
  }

  get checksumOk(): boolean | undefined {
    return this.#ipStart < 0 ? undefined : l4ChecksumOk(this.#bytes, this.#ipStart, this.#ipEnd);
  }
}

export interface IcmpHeader {
  readonly type: number;
  readonly code: number;
  /** The second 32-bit word; 0 when left out. */
  readonly rest?: number | undefined;
}

/** The message as a new array, checksum filled in. `payload` of an error is the quoted packet. */
export function encode(header: IcmpHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length);
  write(header, bytes, 0);
  bytes.set(payload, HEADER_LENGTH);
  setChecksum(bytes, 0, checksum(bytes, 0, bytes.length));
  return bytes;
}

/** Writes the header at `at`, its checksum as given (or 0). The caller has made room. */
export function write(
  header: IcmpHeader & { readonly checksum?: number },
  bytes: Uint8Array,
  at: number,
): void {
  setU8(bytes, at + TYPE, header.type);
  setU8(bytes, at + CODE, header.code);
  setChecksum(bytes, at, header.checksum ?? 0);
  setU32(bytes, at + REST, header.rest ?? 0);
}
