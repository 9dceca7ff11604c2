import { prefixMask } from '../packet/address.ts';
import { setU16, setU32, u16 } from '../packet/bytes.ts';
import type { ForwarderInterface } from './config.ts';

/** One port, its numbers laid out for the hot path: addresses signed, so that they compare with words of a table. */
export interface Port {
  readonly index: number;
  readonly address: number;
  readonly network: number;
  readonly mask: number;
  readonly mac: number;
  readonly macHigh: number;
  readonly macLow: number;
  readonly mtu: number;
}

export function makePort(config: ForwarderInterface, index: number): Port {
  const mask = prefixMask(config.prefixLength) | 0;
  return {
    index,
    address: config.address | 0,
    network: config.address & mask,
    mask,
    mac: config.mac,
    macHigh: macHigh(config.mac),
    macLow: macLow(config.mac),
    mtu: config.mtu,
  };
}

/** Whether the frame at `start` is addressed to the port itself. */
export function isAddressedTo(port: Port, bytes: Uint8Array, start: number): boolean {
  return u16(bytes, start) === port.macHigh && int32(bytes, start + 2) === port.macLow;
}

export function isBroadcast(bytes: Uint8Array, start: number): boolean {
  return u16(bytes, start) === 0xffff && int32(bytes, start + 2) === -1;
}

/** MAC addresses in two halves: 48 bits in one number would need floating-point division per frame. */
export function macHigh(mac: number): number {
  return Math.floor(mac / 0x1_0000_0000);
}

export function macLow(mac: number): number {
  return (mac % 0x1_0000_0000) | 0;
}

export function setMac(bytes: Uint8Array, offset: number, high: number, low: number): void {
  setU16(bytes, offset, high);
  setU32(bytes, offset + 2, low);
}

/** An IPv4 address as a signed word. */
export function int32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
}
