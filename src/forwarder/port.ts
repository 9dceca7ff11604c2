import { type Mac, masked, prefixMask, type SignedIpv4, toSigned } from '../packet/address.ts';
import type { ForwarderInterface } from './config.ts';

/** One port, its numbers laid out for the hot path: addresses signed, so that they compare with words of a table. */
export interface Port {
  readonly index: number;
  readonly address: SignedIpv4;
  readonly network: SignedIpv4;
  readonly mask: number;
  readonly mac: Mac;
  readonly macHead: number;
  readonly macTail: number;
  readonly mtu: number;
}

export function makePort(config: ForwarderInterface, index: number): Port {
  const mask = prefixMask(config.prefixLength) | 0;
  return {
    index,
    address: toSigned(config.address),
    network: masked(toSigned(config.address), mask),
    mask,
    mac: config.mac,
    macHead: macHead(config.mac),
    macTail: macTail(config.mac),
    mtu: config.mtu,
  };
}

/** Whether the frame at `start` is addressed to the port itself. */
export function isAddressedTo(
  port: Pick<Port, 'macHead' | 'macTail'>,
  view: DataView,
  start: number,
): boolean {
  return view.getInt32(start) === port.macHead && view.getUint16(start + 4) === port.macTail;
}

export function isBroadcast(view: DataView, start: number): boolean {
  return view.getInt32(start) === -1 && view.getUint16(start + 4) === 0xffff;
}

/** The first 32 bits of a MAC address, signed: in one number it would need floating-point division per frame. */
export function macHead(mac: Mac): number {
  return Math.floor(mac / 0x1_0000) | 0;
}

/** The last 16 bits. */
export function macTail(mac: Mac): number {
  return mac % 0x1_0000;
}

export function setMac(view: DataView, offset: number, head: number, tail: number): void {
  view.setInt32(offset, head);
  view.setUint16(offset + 4, tail);
}
