/** RFC 768. */

import type { Ipv4 } from './address.ts';
import { setU16, u16 } from './bytes.ts';
import { l4ChecksumOk } from './checksum.ts';
import type { PacketProblem, UdpLayer } from './layers.ts';
import { asUdpChecksum, checksum, pseudoHeaderSum } from './ones-complement.ts';
import { packetProblem } from './problem.ts';

export const HEADER_LENGTH = 8;

export const SOURCE_PORT = 0;
export const DESTINATION_PORT = 2;
export const LENGTH = 4;
export const CHECKSUM = 6;

/**
 * Whether `[at, end)` holds a header and its length fits. `wireEnd` is where the packet ended on the wire, for a
 * cut one; `Infinity` for a first fragment, whose length field counts the whole datagram.
 */
export function check(
  bytes: Uint8Array,
  at: number,
  end: number,
  wireEnd: number = end,
): PacketProblem | undefined {
  if (end - at < HEADER_LENGTH) return packetProblem('truncated', 'udp', at);
  const length = lengthOf(bytes, at);
  return length < HEADER_LENGTH || at + length > wireEnd ? packetProblem('bad-length', 'udp', at) : undefined;
}

export function sourcePortOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + SOURCE_PORT);
}

export function destinationPortOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + DESTINATION_PORT);
}

/** Of header and payload, in bytes. */
export function lengthOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + LENGTH);
}

/** 0 means that there is none. */
export function checksumOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + CHECKSUM);
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
): UdpLayer | PacketProblem {
  return check(bytes, at, end, wireEnd) ?? new DecodedUdp(bytes, at, end, ipStart);
}

/** The checksum is computed when asked for: it reads the whole payload, and most readers never ask. */
class DecodedUdp implements UdpLayer {
  readonly kind = 'udp';
  readonly start: number;
  readonly end: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
  readonly checksum: number;
  readonly #bytes: Uint8Array;
  readonly #ipStart: number;
  readonly #ipEnd: number;

  constructor(bytes: Uint8Array, at: number, ipEnd: number, ipStart: number) {
    this.start = at;
    this.end = at + HEADER_LENGTH;
    this.sourcePort = sourcePortOf(bytes, at);
    this.destinationPort = destinationPortOf(bytes, at);
    this.length = lengthOf(bytes, at);
    this.checksum = checksumOf(bytes, at);
    this.#bytes = bytes;
    this.#ipStart = ipStart;
    this.#ipEnd = ipEnd;
  }

  get checksumOk(): boolean | undefined {
    return this.#ipStart < 0 ? undefined : l4ChecksumOk(this.#bytes, this.#ipStart, this.#ipEnd);
  }
}

/** What a sender chooses; length and checksum follow from it. */
export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** `false` sends 0, which means none. */
  readonly withChecksum?: boolean | undefined;
}

/** The datagram as a new array, length and checksum filled in for these IPv4 addresses. */
export function encode(header: UdpHeader, payload: Uint8Array, source: Ipv4, destination: Ipv4): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length);
  write({ ...header, length: bytes.length }, bytes, 0);
  bytes.set(payload, HEADER_LENGTH);
  if (header.withChecksum !== false) {
    const initial = pseudoHeaderSum(source, destination, 17, bytes.length);
    setChecksum(bytes, 0, asUdpChecksum(checksum(bytes, 0, bytes.length, initial)));
  }
  return bytes;
}

/** Writes the header at `at`, its checksum as given (or 0). The caller has made room. */
export function write(
  header: UdpHeader & { readonly length: number; readonly checksum?: number },
  bytes: Uint8Array,
  at: number,
): void {
  setSourcePort(bytes, at, header.sourcePort);
  setDestinationPort(bytes, at, header.destinationPort);
  setU16(bytes, at + LENGTH, header.length);
  setChecksum(bytes, at, header.checksum ?? 0);
}
