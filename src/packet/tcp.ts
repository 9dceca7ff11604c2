/** RFC 9293. */

import type { Ipv4 } from './address.ts';
import { EMPTY, setU16, setU32, setU8, u16, u32, u8, view } from './bytes.ts';
import { l4ChecksumOk } from './checksum.ts';
import type { PacketProblem, TcpLayer } from './layers.ts';
import { checksum, pseudoHeaderSum } from './ones-complement.ts';
import { packetProblem } from './problem.ts';

/** Without options. */
export const HEADER_LENGTH = 20;
export const MAX_OPTIONS_LENGTH = 40;

export const SOURCE_PORT = 0;
export const DESTINATION_PORT = 2;
export const SEQUENCE = 4;
export const ACKNOWLEDGEMENT = 8;
/** High four bits: the header's length in 32-bit words. */
export const DATA_OFFSET = 12;
export const FLAGS = 13;
export const WINDOW = 14;
export const CHECKSUM = 16;
export const URGENT = 18;
export const OPTIONS = 20;

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

/**
 * Whether `[at, end)` holds a whole header, options included. `wireEnd` is where the packet ended on the wire, for a
 * cut one: a header that reaches beyond `end` is cut, beyond `wireEnd` it is wrong.
 */
export function check(
  bytes: Uint8Array,
  at: number,
  end: number,
  wireEnd: number = end,
): PacketProblem | undefined {
  if (end - at < HEADER_LENGTH) return packetProblem('truncated', 'tcp', at);
  const length = headerLengthOf(bytes, at);
  if (length < HEADER_LENGTH || at + length > wireEnd) return packetProblem('bad-header-length', 'tcp', at);
  return at + length > end ? packetProblem('truncated', 'tcp', at) : undefined;
}

export function sourcePortOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + SOURCE_PORT);
}

export function destinationPortOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + DESTINATION_PORT);
}

export function sequenceOf(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + SEQUENCE);
}

export function acknowledgementOf(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + ACKNOWLEDGEMENT);
}

/** In bytes, options included. */
export function headerLengthOf(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at + DATA_OFFSET) >>> 4) * 4;
}

/** `FIN`, `SYN`, ... or-ed. */
export function flagsOf(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + FLAGS);
}

export function windowOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + WINDOW);
}

export function checksumOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + CHECKSUM);
}

export function urgentOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + URGENT);
}

// The setters leave the checksum alone: the forwarder updates it incrementally.

export function setSourcePort(bytes: Uint8Array, at: number, port: number): void {
  setU16(bytes, at + SOURCE_PORT, port);
}

export function setDestinationPort(bytes: Uint8Array, at: number, port: number): void {
  setU16(bytes, at + DESTINATION_PORT, port);
}

export function setChecksum(bytes: Uint8Array, at: number, value: number): void {
  setU16(bytes, at + CHECKSUM, value);
}

/** The header as a record. `ipStart` is the IPv4 header before it: without, `checksumOk` is unknown. */
export function decode(
  bytes: Uint8Array,
  at: number,
  end: number,
  ipStart = -1,
  wireEnd: number = end,
): TcpLayer | PacketProblem {
  return (
    check(bytes, at, end, wireEnd) ?? new DecodedTcp(bytes, at, at + headerLengthOf(bytes, at), end, ipStart)
  );
}

/**
 * The header as an ICMP error quotes it: RFC 792 asks for 8 bytes only, the ports and the sequence number. With fewer
 * than 20 bytes the record ends after those 8 and its other fields are 0; cut options are left out.
 */
export function decodeQuoted(bytes: Uint8Array, at: number, end: number): TcpLayer | PacketProblem {
  const problem = check(bytes, at, end, Infinity);
  if (problem?.problem !== 'truncated' || end - at < 8)
    return problem ?? decode(bytes, at, end, -1, Infinity);
  const available = end - at < HEADER_LENGTH ? 8 : HEADER_LENGTH;
  const header = new Uint8Array(HEADER_LENGTH);
  for (let i = 0; i < available; i++) setU8(header, i, u8(bytes, at + i));
  return new DecodedTcp(header, 0, available, available, -1, at);
}

/** The checksum is computed when asked for: it reads the whole payload, and most readers never ask. */
class DecodedTcp implements TcpLayer {
  readonly kind = 'tcp';
  readonly start: number;
  readonly end: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly urgent: number;
  readonly options: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #ipStart: number;
  readonly #ipEnd: number;

  /** `shift` is added to the extent, for a header that was copied out of its frame. */
  constructor(bytes: Uint8Array, at: number, headerEnd: number, ipEnd: number, ipStart: number, shift = 0) {
    this.start = at + shift;
    this.end = headerEnd + shift;
    this.sourcePort = u16(bytes, at + SOURCE_PORT);
    this.destinationPort = u16(bytes, at + DESTINATION_PORT);
    this.sequence = u32(bytes, at + SEQUENCE);
    this.acknowledgement = u32(bytes, at + ACKNOWLEDGEMENT);
    this.flags = u8(bytes, at + FLAGS);
    this.window = u16(bytes, at + WINDOW);
    this.checksum = u16(bytes, at + CHECKSUM);
    this.urgent = u16(bytes, at + URGENT);
    this.options = view(bytes, at + OPTIONS, headerEnd);
    this.#bytes = bytes;
    this.#ipStart = ipStart;
    this.#ipEnd = ipEnd;
  }

  get checksumOk(): boolean | undefined {
    return this.#ipStart < 0 ? undefined : l4ChecksumOk(this.#bytes, this.#ipStart, this.#ipEnd);
  }
}

/** What a sender chooses; data offset and checksum follow from it. */
export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence?: number | undefined;
  readonly acknowledgement?: number | undefined;
  /** `FIN`, `SYN`, ... or-ed. */
  readonly flags: number;
  /** 65535 when left out. */
  readonly window?: number | undefined;
  readonly urgent?: number | undefined;
  /** Padded with zeros (end of options) to a multiple of 4 bytes; at most 40 are kept. */
  readonly options?: Uint8Array | undefined;
}

/** The segment as a new array, its checksum filled in for these IPv4 addresses. */
export function encode(header: TcpHeader, payload: Uint8Array, source: Ipv4, destination: Ipv4): Uint8Array {
  const headerLength = HEADER_LENGTH + paddedOptionsLength(header.options);
  const bytes = new Uint8Array(headerLength + payload.length);
  write(header, bytes, 0);
  bytes.set(payload, headerLength);
  const initial = pseudoHeaderSum(source, destination, 6, bytes.length);
  setChecksum(bytes, 0, checksum(bytes, 0, bytes.length, initial));
  return bytes;
}

/** Writes the header at `at`, its checksum as given (or 0). The caller has made room. */
export function write(
  header: TcpHeader & { readonly checksum?: number },
  bytes: Uint8Array,
  at: number,
): void {
  const options = header.options ?? EMPTY;
  const headerLength = HEADER_LENGTH + paddedOptionsLength(options);
  setSourcePort(bytes, at, header.sourcePort);
  setDestinationPort(bytes, at, header.destinationPort);
  setU32(bytes, at + SEQUENCE, header.sequence ?? 0);
  setU32(bytes, at + ACKNOWLEDGEMENT, header.acknowledgement ?? 0);
  setU8(bytes, at + DATA_OFFSET, headerLength << 2);
  setU8(bytes, at + FLAGS, header.flags);
  setU16(bytes, at + WINDOW, header.window ?? 0xffff);
  setChecksum(bytes, at, header.checksum ?? 0);
  setU16(bytes, at + URGENT, header.urgent ?? 0);
  bytes.fill(0, at + OPTIONS, at + headerLength);
  bytes.set(options.subarray(0, MAX_OPTIONS_LENGTH), at + OPTIONS);
}

function paddedOptionsLength(options: Uint8Array | undefined): number {
  return Math.min(MAX_OPTIONS_LENGTH, Math.ceil((options?.length ?? 0) / 4) * 4);
}
