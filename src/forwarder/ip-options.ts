import { u8 } from '../packet/bytes.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { fillHeaderChecksum } from './checksums.ts';

/** IP options as a router treats them (RFC 791, section 3.1; RFC 1812, section 5.3.13). Only headers that have any come here. */

const END = 0;
const NO_OPERATION = 1;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
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
    at += length;
  }
  return undefined;
}

/**
 * Fills in what a router adds on the packet's way out by `address` (signed): its address where a route is recorded,
 * and where timestamps are. The header checksum is made anew. `milliseconds` count from no agreed moment, so that
 * the timestamp's highest bit is set (RFC 791).
 */
export function fillOptions(
  view: DataView,
  ip: number,
  end: number,
  address: number,
  milliseconds: number,
): void {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let changed = false;
  for (let at = ip + ipv4.HEADER_LENGTH; at < end;) {
    const kind = u8(bytes, at);
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = lengthAt(bytes, at, end);
    if (length === 0) break;
    if (kind === RECORD_ROUTE) changed = recordRoute(view, at, length, address) || changed;
    if (kind === TIMESTAMP) changed = stamp(view, at, length, address, milliseconds) || changed;
    at += length;
  }
  if (changed) fillHeaderChecksum(view, ip, end - ip);
}

/** Makes the options of a first fragment those of a later one: what is not to be copied becomes no-operations (Linux's `ip_options_fragment`). */
export function keepCopiedOptions(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) {
    const kind = u8(bytes, at);
    if (kind === END) return;
    const length = kind === NO_OPERATION ? 1 : lengthAt(bytes, at, end);
    if (length === 0) return;
    if (kind !== NO_OPERATION && (kind & COPIED) === 0) bytes.fill(NO_OPERATION, at, at + length);
    at += length;
  }
}

/** Of the whole option; 0 when it is malformed. */
function lengthAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  const length = u8(bytes, at + 1);
  return length < 2 || at + length > end ? 0 : length;
}

function recordRoute(view: DataView, at: number, length: number, address: number): boolean {
  if (length < 3) return false;
  const pointer = view.getUint8(at + 2);
  if (pointer < 4 || pointer + 3 > length) return false;
  view.setInt32(at + pointer - 1, address);
  view.setUint8(at + 2, pointer + 4);
  return true;
}

/** Flag 0: timestamps only; 1: each with an address; 3: where the sender wrote this router's address. */
function stamp(view: DataView, at: number, length: number, address: number, milliseconds: number): boolean {
  if (length < 4) return false;
  const pointer = view.getUint8(at + 2);
  const flags = view.getUint8(at + 3) & 15;
  if (pointer < 5) return false;
  const room = flags === 0 ? 4 : 8;
  if (pointer + room - 1 > length) {
    const overflow = view.getUint8(at + 3) >>> 4;
    if (flags === 3 || overflow === 15) return false;
    view.setUint8(at + 3, ((overflow + 1) << 4) | flags);
    return true;
  }
  if (flags === 3 && view.getInt32(at + pointer - 1) !== address) return false;
  if (flags !== 0) view.setInt32(at + pointer - 1, address);
  view.setInt32(at + pointer + room - 5, 0x8000_0000 | (Math.floor(milliseconds) & 0x7fff_ffff));
  view.setUint8(at + 2, pointer + room);
  return true;
}
