import * as ipv4 from '../../packet/ipv4.ts';
import type { Frame } from '../frame.ts';
import { addressAt } from '../headers.ts';

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

/**
 * The fragments of one datagram (RFC 791, section 3.2). What a fragment costs depends on its length alone, however many
 * there are before it.
 */
export class Datagram {
  readonly key: string;
  /** Milliseconds. */
  readonly expiresAt: number;
  /** Bytes of the frames that wait. */
  bytes = 0;
  /** By their offsets. */
  private readonly fragments = new Map<number, Fragment>();
  /** One bit for each 8 bytes of payload that are there. */
  private readonly units: number[] = [];
  /** Bytes of payload that are there, and where the furthest of them end. */
  private filled = 0;
  private furthest = 0;
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
    const { offset, length } = fragment;
    const end = offset + length;
    if (!this.lengthFits(fragment, end)) return 'bad';
    const [first, last] = [offset >>> 3, (end + 7) >>> 3];
    const known = this.countUnits(first, last);
    if (known > 0) return known === last - first ? 'duplicate' : 'bad';
    this.fillUnits(first, last);
    this.fragments.set(offset, fragment);
    this.filled += length;
    this.furthest = Math.max(this.furthest, end);
    this.bytes += fragment.frame.bytes.length;
    if (fragment.isLast) this.total = end;
    return 'added';
  }

  get isWhole(): boolean {
    return this.filled === this.total;
  }

  /** All there are, in the order of their offsets. */
  inOrder(): Fragment[] {
    if (!this.isWhole) return [...this.fragments.values()].sort((a, b) => a.offset - b.offset);
    const ordered: Fragment[] = [];
    for (let at = 0; at < this.filled; at += ordered.at(-1)!.length) ordered.push(this.fragments.get(at)!);
    return ordered;
  }

  /** Every fragment but the last is a multiple of 8 bytes; none reaches beyond the last one's end, nor the longest packet. */
  private lengthFits({ isLast, length, headerLength }: Fragment, end: number): boolean {
    if (length === 0 || end + headerLength > LONGEST_PACKET) return false;
    if (!isLast) return length % 8 === 0 && (this.total === undefined || end <= this.total);
    return this.total === undefined ? this.furthest <= end : end === this.total;
  }

  /** How many of the units `[first, last)` are there. */
  private countUnits(first: number, last: number): number {
    let count = 0;
    for (let word = first >>> 5; word << 5 < last; word++)
      count += countBits((this.units[word] ?? 0) & maskOf(word, first, last));
    return count;
  }

  private fillUnits(first: number, last: number): void {
    for (let word = first >>> 5; word << 5 < last; word++)
      this.units[word] = (this.units[word] ?? 0) | maskOf(word, first, last);
  }
}

/** Of the 32 bits that are word number `word`, those in `[first, last)`. */
function maskOf(word: number, first: number, last: number): number {
  const [from, to] = [Math.max(first - word * 32, 0), Math.min(last - word * 32, 32)];
  return (to === 32 ? -1 : (1 << to) - 1) & (-1 << from);
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** What all fragments of a datagram have in common. */
export function keyOf(view: DataView, ip: number): string {
  const source = addressAt(view, ip + ipv4.SOURCE);
  const destination = addressAt(view, ip + ipv4.DESTINATION);
  return `${source} ${destination} ${view.getUint16(ip + ipv4.ID)} ${view.getUint8(ip + ipv4.PROTOCOL)}`;
}
