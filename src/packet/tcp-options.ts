/** Options of a TCP header, RFC 9293 section 3.2. */

import { view } from './bytes.ts';

export const END_OF_OPTIONS = 0;
export const NO_OPERATION = 1;
export const MAXIMUM_SEGMENT_SIZE = 2;
export const WINDOW_SCALE = 3;
export const SACK_PERMITTED = 4;
export const SACK = 5;
export const TIMESTAMPS = 8;

export interface TcpOption {
  readonly kind: number;
  /** Without kind and length; empty for a no-operation. */
  readonly data: Uint8Array;
}

/** The options up to the end marker, or up to the first whose length is wrong. */
export function decodeOptions(options: Uint8Array): TcpOption[] {
  const list: TcpOption[] = [];
  for (let at = 0; at < options.length;) {
    const length = lengthAt(options, at, options.length);
    if (length === 0) break;
    list.push({ kind: options[at]!, data: view(options, at + 2, at + length) });
    at += length;
  }
  return list;
}

/** The options as bytes, for `TcpHeader.options`. Lengths are filled in; data beyond 253 bytes is cut. */
export function encodeOptions(options: readonly TcpOption[]): Uint8Array {
  const bytes: number[] = [];
  for (const { kind, data } of options) {
    if (kind === NO_OPERATION || kind === END_OF_OPTIONS) bytes.push(kind);
    else bytes.push(kind, 2 + Math.min(data.length, 253), ...data.subarray(0, 253));
  }
  return Uint8Array.from(bytes);
}

/**
 * Where the option of this kind starts in `[start, end)` of `bytes`, the option area of a header; -1 when it is not
 * there. It may stand at an odd offset: see `updateBytes`.
 */
export function findOption(bytes: Uint8Array, start: number, end: number, kind: number): number {
  for (let at = start; at < end;) {
    const length = lengthAt(bytes, at, end);
    if (length === 0) return -1;
    if (bytes[at] === kind) return at;
    at += length;
  }
  return -1;
}

/**
 * No-operations in place of the options in `[start, end)` whose kind is not among `kept`, and of all from the first whose
 * length is wrong. The options of IPv4 are built alike.
 */
export function blankOptions(bytes: Uint8Array, start: number, end: number, kept: ReadonlySet<number>): void {
  for (let at = start; at < end;) {
    if (bytes[at] === END_OF_OPTIONS) return void bytes.fill(END_OF_OPTIONS, at, end);
    const length = lengthAt(bytes, at, end);
    if (length === 0) return void bytes.fill(NO_OPERATION, at, end);
    if (!kept.has(bytes[at]!)) bytes.fill(NO_OPERATION, at, at + length);
    at += length;
  }
}

/** Of the whole option; 0 when the list ends here, by its marker or because it is malformed. */
function lengthAt(bytes: Uint8Array, at: number, end: number): number {
  const kind = bytes[at]!;
  if (kind === END_OF_OPTIONS) return 0;
  if (kind === NO_OPERATION) return 1;
  if (at + 1 >= end) return 0;
  const length = bytes[at + 1]!;
  return length < 2 || at + length > end ? 0 : length;
}
