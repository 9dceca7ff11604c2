/** RFC 826, for IPv4 over Ethernet only. */

import { asIpv4, asMac, type Ipv4, type Mac } from './address.ts';
import { EMPTY, setU16, setU32, setU48, setU8, u16, u32, u48, u8 } from './bytes.ts';
import type { ArpLayer, PacketProblem } from './layers.ts';
import { packetProblem } from './problem.ts';

export const HEADER_LENGTH = 28;

export const OPERATION = 6;
export const SENDER_MAC = 8;
export const SENDER_IP = 14;
export const TARGET_MAC = 18;
export const TARGET_IP = 24;

export const REQUEST = 1;
export const REPLY = 2;

const ETHERNET = 1;
const IPV4 = 0x0800;

/** Whether `[at, end)` holds an ARP packet for IPv4 over Ethernet. */
export function check(bytes: Uint8Array, at: number, end: number): PacketProblem | undefined {
  // The first eight bytes say how long the rest is, so they decide before the length does.
  if (end - at < 8) return packetProblem('truncated', 'arp', at);
  const supported =
    u16(bytes, at) === ETHERNET &&
    u16(bytes, at + 2) === IPV4 &&
    u8(bytes, at + 4) === 6 &&
    u8(bytes, at + 5) === 4;
  if (!supported) return packetProblem('unsupported', 'arp', at);
  return end - at < HEADER_LENGTH ? packetProblem('truncated', 'arp', at) : undefined;
}

export function operationOf(bytes: Uint8Array, at: number): number {
  return u16(bytes, at + OPERATION);
}

export function senderMacOf(bytes: Uint8Array, at: number): Mac {
  return asMac(u48(bytes, at + SENDER_MAC));
}

export function senderIpOf(bytes: Uint8Array, at: number): Ipv4 {
  return asIpv4(u32(bytes, at + SENDER_IP));
}

export function targetMacOf(bytes: Uint8Array, at: number): Mac {
  return asMac(u48(bytes, at + TARGET_MAC));
}

export function targetIpOf(bytes: Uint8Array, at: number): Ipv4 {
  return asIpv4(u32(bytes, at + TARGET_IP));
}

export function decode(bytes: Uint8Array, at: number, end: number): ArpLayer | PacketProblem {
  return (
    check(bytes, at, end) ?? {
      kind: 'arp',
      start: at,
      end: at + HEADER_LENGTH,
      operation: operationOf(bytes, at),
      senderMac: senderMacOf(bytes, at),
      senderIp: senderIpOf(bytes, at),
      targetMac: targetMacOf(bytes, at),
      targetIp: targetIpOf(bytes, at),
    }
  );
}

export interface ArpHeader {
  /** `REQUEST` or `REPLY`. */
  readonly operation: number;
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  /** 0 in a request. */
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

export function encode(header: ArpHeader, payload: Uint8Array = EMPTY): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + payload.length);
  write(header, bytes, 0);
  bytes.set(payload, HEADER_LENGTH);
  return bytes;
}

/** Writes the packet at `at`; the caller has made room. */
export function write(header: ArpHeader, bytes: Uint8Array, at: number): void {
  setU16(bytes, at, ETHERNET);
  setU16(bytes, at + 2, IPV4);
  setU8(bytes, at + 4, 6);
  setU8(bytes, at + 5, 4);
  setU16(bytes, at + OPERATION, header.operation);
  setU48(bytes, at + SENDER_MAC, header.senderMac);
  setU32(bytes, at + SENDER_IP, header.senderIp);
  setU48(bytes, at + TARGET_MAC, header.targetMac);
  setU32(bytes, at + TARGET_IP, header.targetIp);
}
