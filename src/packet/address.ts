/**
 * Addresses are numbers whose types the compiler keeps apart; at run time nothing marks them. Numbers become addresses
 * through the functions of this file and nowhere else. An IPv6 address needs a type of its own here, beside `Ipv4`: its
 * 128 bits are no number, so that whatever takes an `Ipv4` says by that what would have to change.
 */

declare const kind: unique symbol;

/** An IPv4 address, unsigned: 0 to 2^32 - 1. */
export type Ipv4 = number & { readonly [kind]: 'ipv4' };

/** The same 32 bits as a signed word, as `DataView.getInt32` and a table of words have them. */
export type SignedIpv4 = number & { readonly [kind]: 'signed ipv4' };

/** A MAC address, 48 bits. */
export type Mac = number & { readonly [kind]: 'mac' };

/** What was read as an unsigned word and is an address. */
export function asIpv4(word: number): Ipv4 {
  return word as Ipv4;
}

/** What was read as a signed word and is an address. */
export function asSignedIpv4(word: number): SignedIpv4 {
  return word as SignedIpv4;
}

/** What was read as 48 bits and is a MAC address. */
export function asMac(bits: number): Mac {
  return bits as Mac;
}

export function toSigned(address: Ipv4): SignedIpv4 {
  return asSignedIpv4(address | 0);
}

export function toUnsigned(address: SignedIpv4): Ipv4 {
  return asIpv4(address >>> 0);
}

/** 0.0.0.0: nobody's, and the network of a default route. */
export const NO_ADDRESS = asIpv4(0);

/** What stands where no MAC address is known. */
export const NO_MAC = asMac(0);

export const BROADCAST_MAC = asMac(0xffff_ffff_ffff);

const DECIMAL_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const MAC = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i;
const PREFIX_LENGTH = /^(?:\d|[12]\d|3[0-2])$/;

const HEX_PAIR: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Dotted decimal, four parts, no leading zeros (other software reads those as octal). */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!DECIMAL_BYTE.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return asIpv4(address);
}

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Six pairs of hexadecimal digits between colons, or between hyphens. */
export function parseMac(text: string): Mac | undefined {
  return MAC.test(text) ? asMac(Number.parseInt(text.replaceAll(/[:-]/g, ''), 16)) : undefined;
}

export function formatMac(mac: Mac): string {
  const high = Math.floor(mac / 0x1_0000_0000);
  return `${hexPair(high >>> 8)}:${hexPair(high)}:${hexPair(mac >>> 24)}:${hexPair(mac >>> 16)}:${hexPair(mac >>> 8)}:${hexPair(mac)}`;
}

/** Of the low eight bits. */
export function hexPair(byte: number): string {
  return HEX_PAIR[byte & 255]!;
}

export interface Cidr {
  /** The address with its host bits cleared. */
  readonly network: Ipv4;
  /** The address as written. */
  readonly address: Ipv4;
  readonly prefixLength: number;
}

/** `10.0.1.2/24`; the prefix length is needed (RFC 4632). */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseIpv4(text.slice(0, Math.max(0, slash)));
  const length = text.slice(slash + 1);
  if (address === undefined || !PREFIX_LENGTH.test(length)) return undefined;
  const prefixLength = Number(length);
  return { network: networkOf(address, prefixLength), address, prefixLength };
}

/** `24` gives `0xffffff00`. */
export function prefixMask(prefixLength: number): number {
  // A shift by 32 is a shift by 0 in JavaScript, hence the special case.
  return prefixLength <= 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
}

/** The address with its host bits cleared. */
export function networkOf(address: Ipv4, prefixLength: number): Ipv4 {
  return asIpv4((address & prefixMask(prefixLength)) >>> 0);
}

/** The last address of the subnet that the address is in: its broadcast address where it has one. */
export function lastOf(address: Ipv4, prefixLength: number): Ipv4 {
  return asIpv4((address | ~prefixMask(prefixLength)) >>> 0);
}

/** The address `count` places further on. */
export function addressAfter(address: Ipv4, count: number): Ipv4 {
  return asIpv4(address + count);
}

/** The bits of the address that are set in the mask, which is signed too. */
export function masked(address: SignedIpv4, mask: number): SignedIpv4 {
  return asSignedIpv4(address & mask);
}

/** 127.0.0.0/8 (RFC 1122, section 3.2.1.3). */
export function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}

export function inSubnet(address: Ipv4, network: Ipv4, prefixLength: number): boolean {
  return ((address ^ network) & prefixMask(prefixLength)) === 0;
}
