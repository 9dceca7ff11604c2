import { asMac, type Mac } from './address.ts';
import { setU16, setU48, u16, u48 } from './bytes.ts';
import type { EthernetLayer, PacketProblem } from './layers.ts';
import { packetProblem } from './problem.ts';

/** Without tag and frame check sequence. */
export const HEADER_LENGTH = 14;

export const DESTINATION = 0;
export const SOURCE = 6;
export const ETHERTYPE = 12;

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;

/** Whether `[at, end)` holds a header. Call it once, before the getters below. */
export function check(_bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  return end - at < HEADER_LENGTH ? packetProblem('truncated', 'ethernet', at) : undefined;
}

export function destinationOf(bytes: Uint8Array, at: number): Mac {
  return asMac(u48(bytes, at + DESTINATION));
}

export function sourceOf(bytes: Uint8Array, at: number): Mac {
  return asMac(u48(bytes, at + SOURCE));
}

export function etherTypeOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + ETHERTYPE);
}

export function setDestination(bytes: Uint8Array, at: number, mac: Mac): void {
  setU48(bytes, at + DESTINATION, mac);
}

export function setSource(bytes: Uint8Array, at: number, mac: Mac): void {
  setU48(bytes, at + SOURCE, mac);
}

export function decode(bytes: Uint8Array, at: number, end: number): EthernetLayer | PacketProblem {
  return (
    check(bytes, at, end) ?? {
      kind: 'ethernet',
      start: at,
      end: at + HEADER_LENGTH,
      destination: destinationOf(bytes, at),
      source: sourceOf(bytes, at),
      etherType: etherTypeOf(bytes, at),
    }
  );
}

export interface EthernetHeader {
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
}

/** The frame as a new array, not padded to 60 bytes: that is for the network card to do. */
export function encode(header: EthernetHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length);
  write(header, bytes, 0);
  bytes.set(payload, HEADER_LENGTH);
  return bytes;
}

/** Writes the header at `at`; the caller has made room. */
export function write(header: EthernetHeader, bytes: Uint8Array, at: number): void {
  setDestination(bytes, at, header.destination);
  setSource(bytes, at, header.source);
  setU16(bytes, at + ETHERTYPE, header.etherType);
}
