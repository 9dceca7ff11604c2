import * as ipv4 from '../../packet/ipv4.ts';
import type { Frame } from '../frame.ts';

/** Linux's limit of a whole packet, and the field's (RFC 791). */
const LONGEST_PACKET = 0xffff;

/** A fragment that waits. */
export interface Fragment {
  readonly frame: Frame;
  /** The port it came in by. */
  readonly port: number;
  readonly ticket: number;
  /** Of its payload in the datagram's, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly isLast: boolean;
  /** In the frame. */
  readonly ip: number;
  readonly headerLength: number;
}

export type Addition = 'added' | 'duplicate' | 'bad';

/** The fragments of one datagram, in order of their offsets (RFC 791, section 3.2). */
export class Datagram {
  readonly key: string;
  /** Milliseconds. */
  readonly expiresAt: number;
  fragments: Fragment[] = [];
  /** Bytes of the frames that wait. */
  bytes = 0;
  private total: number | undefined = undefined;

  constructor(key: string, expiresAt: number) {
    this.key = key;
    this.expiresAt = expiresAt;
  }

  /**
   * Puts the fragment in its place. Fragments may not overlap, but for one that brings nothing new: as in Linux since
   * 4.20 (`inet_frag_queue_insert`), for overlaps served only attacks (RFC 5722).
   */
  add(fragment: Fragment): Addition {
    const end = fragment.offset + fragment.length;
    if (!this.lengthFits(fragment, end)) return 'bad';
    const place = this.fragments.findIndex(({ offset }) => offset >= fragment.offset);
    const index = place < 0 ? this.fragments.length : place;
    const before = this.fragments[index - 1];
    const after = this.fragments[index];
    if (this.covers(fragment.offset, end)) return 'duplicate';
    if (before !== undefined && before.offset + before.length > fragment.offset) return 'bad';
    if (after !== undefined && after.offset < end) return 'bad';
    this.fragments.splice(index, 0, fragment);
    this.bytes += fragment.frame.bytes.length;
    if (fragment.isLast) this.total = end;
    return 'added';
  }

  get isWhole(): boolean {
    if (this.total === undefined) return false;
    let filled = 0;
    for (const { offset, length } of this.fragments) {
      if (offset !== filled) return false;
      filled += length;
    }
    return filled === this.total;
  }

  /** Every fragment but the last is a multiple of 8 bytes; none reaches beyond the last one's end, nor the longest packet. */
  private lengthFits({ isLast, length, headerLength }: Fragment, end: number): boolean {
    if (length === 0 || end + headerLength > LONGEST_PACKET) return false;
    if (!isLast) return length % 8 === 0 && (this.total === undefined || end <= this.total);
    if (this.total !== undefined) return end === this.total;
    const furthest = this.fragments.at(-1);
    return furthest === undefined || furthest.offset + furthest.length <= end;
  }

  private covers(start: number, end: number): boolean {
    let at = start;
    for (const { offset, length } of this.fragments) {
      if (offset <= at && at < offset + length) at = offset + length;
      if (at >= end) return true;
    }
    return false;
  }
}

/** What all fragments of a datagram have in common. */
export function keyOf(view: DataView, ip: number): string {
  const source = view.getInt32(ip + ipv4.SOURCE);
  const destination = view.getInt32(ip + ipv4.DESTINATION);
  return `${source} ${destination} ${view.getUint16(ip + ipv4.ID)} ${view.getUint8(ip + ipv4.PROTOCOL)}`;
}
