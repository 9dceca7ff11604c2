/** IPv4 addresses are unsigned 32-bit numbers, MAC addresses 48-bit numbers. */

export const BROADCAST_MAC = 0xffff_ffff_ffff;

const DECIMAL_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const MAC = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i;
const PREFIX_LENGTH = /^(?:\d|[12]\d|3[0-2])$/;

const HEX_PAIR: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Dotted decimal, four parts, no leading zeros (other software reads those as octal). */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!DECIMAL_BYTE.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Six pairs of hexadecimal digits between colons, or between hyphens. */
export function parseMac(text: string): number | undefined {
  return MAC.test(text) ? Number.parseInt(text.replaceAll(/[:-]/g, ''), 16) : undefined;
}

export function formatMac(mac: number): string {
  const high = Math.floor(mac / 0x1_0000_0000);
  return `${hexPair(high >>> 8)}:${hexPair(high)}:${hexPair(mac >>> 24)}:${hexPair(mac >>> 16)}:${hexPair(mac >>> 8)}:${hexPair(mac)}`;
}

/** Of the low eight bits. */
export function hexPair(byte: number): string {
  return HEX_PAIR[byte & 255]!;
}

export interface Cidr {
  /** The address with its host bits cleared. */
  readonly network: number;
  /** The address as written. */
  readonly address: number;
  readonly prefixLength: number;
}

/** `10.0.1.2/24`; the prefix length is needed (RFC 4632). */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseIpv4(text.slice(0, Math.max(0, slash)));
  const length = text.slice(slash + 1);
  if (address === undefined || !PREFIX_LENGTH.test(length)) return undefined;
  const prefixLength = Number(length);
  return { network: (address & prefixMask(prefixLength)) >>> 0, address, prefixLength };
}

/** `24` gives `0xffffff00`. */
export function prefixMask(prefixLength: number): number {
  // A shift by 32 is a shift by 0 in JavaScript, hence the special case.
  return prefixLength <= 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
}

export function inSubnet(address: number, network: number, prefixLength: number): boolean {
  return ((address ^ network) & prefixMask(prefixLength)) === 0;
}
