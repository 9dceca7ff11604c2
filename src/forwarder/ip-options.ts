import type { SignedIpv4 } from '../packet/address.ts';
import { u8 } from '../packet/bytes.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { fillHeaderChecksum } from './checksums.ts';

/** IP options as a router treats them (RFC 791, section 3.1; RFC 1812, section 5.3.13). Only headers that have any come here. */

const END = 0;
const NO_OPERATION = 1;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const ROUTER_ALERT = 148;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
/** Flags of a timestamp: each with an address; only where the sender wrote this router's address. 0: stamps alone. */
const WITH_ADDRESS = 1;
const PRESPECIFIED = 3;
/** An option with this bit goes into every fragment. */
const COPIED = 0x80;

/** What forbids forwarding a packet with these options, `[start, end)`. Source routes are refused, as Linux does by default. */
export function refusesOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
): 'malformed' | 'source-route' | undefined {
  for (let at = start; at < end;) {
    const kind = u8(bytes, at);
    if (kind === END) return undefined;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = lengthAt(bytes, at, end);
    if (length === 0) return 'malformed';
    if (kind === LOOSE_SOURCE_ROUTE || kind === STRICT_SOURCE_ROUTE) return 'source-route';
    if (isMalformed(bytes, at, kind, length)) return 'malformed';
    at += length;
  }
  return undefined;
}

/**
 * Fills in what a router adds on the packet's way out by `address`: its address where a route is recorded,
 * and where timestamps are. The header checksum is made anew. The options are such that nothing forbade the packet.
 * `milliseconds` count from no agreed moment, so that
 * the timestamp's highest bit is set (RFC 791).
 */
export function fillOptions(
  view: DataView,
  ip: number,
  end: number,
  address: SignedIpv4,
  milliseconds: number,
): void {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let at = ip + ipv4.HEADER_LENGTH; at < end;) {
    const kind = u8(bytes, at);
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = u8(bytes, at + 1);
    if (kind === RECORD_ROUTE) recordRoute(view, at, length, address);
    if (kind === TIMESTAMP) stamp(view, at, length, address, milliseconds);
    at += length;
  }
  fillHeaderChecksum(view, ip, end - ip);
}

/** Makes the options of a first fragment, in which nothing is malformed, those of a later one: what is not to be copied becomes no-operations (Linux's `ip_options_fragment`). */
export function keepCopiedOptions(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) {
    const kind = u8(bytes, at);
    if (kind === END) return;
    const length = kind === NO_OPERATION ? 1 : u8(bytes, at + 1);
    if (kind !== NO_OPERATION && (kind & COPIED) === 0) bytes.fill(NO_OPERATION, at, at + length);
    at += length;
  }
}

/** Of the whole option; 0 when it is malformed. */
function lengthAt(bytes: Uint8Array, at: number, end: number): number {
  const length = u8(bytes, at + 1);
  return length >= 2 && at + length <= end ? length : 0;
}

/** What Linux finds fault with (`__ip_options_compile`): a pointer into the option's head, or to room for half an entry. */
function isMalformed(bytes: Uint8Array, at: number, kind: number, length: number): boolean {
  if (kind === ROUTER_ALERT) return length < 4;
  if (kind !== RECORD_ROUTE && kind !== TIMESTAMP) return false;
  const head = kind === RECORD_ROUTE ? 3 : 4;
  if (length < head) return true;
  const pointer = u8(bytes, at + 2);
  if (pointer <= head) return true;
  const flags = kind === RECORD_ROUTE ? 0 : u8(bytes, at + 3);
  if (pointer > length) return kind === TIMESTAMP && flags >>> 4 === 15 && (flags & 15) !== PRESPECIFIED;
  return pointer + entryOf(flags & 15) - 1 > length;
}

function recordRoute(view: DataView, at: number, length: number, address: SignedIpv4): void {
  const pointer = view.getUint8(at + 2);
  if (pointer > length) return;
  view.setInt32(at + pointer - 1, address);
  view.setUint8(at + 2, pointer + 4);
}

function stamp(view: DataView, at: number, length: number, address: SignedIpv4, milliseconds: number): void {
  const pointer = view.getUint8(at + 2);
  const overflow = view.getUint8(at + 3) >>> 4;
  const flags = view.getUint8(at + 3) & 15;
  if (pointer > length) {
    if (flags !== PRESPECIFIED) view.setUint8(at + 3, ((overflow + 1) << 4) | flags);
    return;
  }
  if (flags > WITH_ADDRESS && flags !== PRESPECIFIED) return;
  if (flags === PRESPECIFIED && view.getInt32(at + pointer - 1) !== address) return;
  if (flags !== 0) view.setInt32(at + pointer - 1, address);
  const entry = entryOf(flags);
  view.setInt32(at + pointer + entry - 5, 0x8000_0000 | (Math.floor(milliseconds) & 0x7fff_ffff));
  view.setUint8(at + 2, pointer + entry);
}

/** Bytes that a stamp takes up. */
function entryOf(flags: number): number {
  return flags === WITH_ADDRESS || flags === PRESPECIFIED ? 8 : 4;
}
