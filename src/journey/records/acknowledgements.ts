import { u32 } from '../../packet/bytes.ts';
import { ACK } from '../../packet/tcp.ts';
import { findOption, SACK } from '../../packet/tcp-options.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { JourneyRecord } from './journey-record.ts';

const TCP_HEADER = 20;

/** A packet that says of more bytes than any before it that they came. */
interface Mark {
  /** Its place among the packets of the flow. */
  readonly at: number;
  readonly journey: JourneyRecord;
  /** Up to where, counted on where sequence numbers wrap. */
  readonly until: number;
}

/** A packet with blocks of a selective acknowledgement (RFC 2018), and the highest end of any up to it. */
interface Selection extends Mark {
  /** Where each begins, and where it ends. */
  readonly blocks: readonly (readonly [number, number])[];
}

/**
 * What the packets of one flow say came of the other direction's bytes, so that nobody needs to go through the flow to find out
 * of one of them. It goes along with the flow's list of packets, which grows and shrinks at its end.
 */
export class Acknowledgements {
  /** How many packets it has taken in. */
  #count = 0;
  readonly #by = { request: new Direction(), reply: new Direction() };

  /** The first of `journeys`, of the other direction, which says that these bytes came; `end` is the number after the last. */
  find(journeys: readonly JourneyRecord[], of: JourneyRecord, end: number): JourneyRecord | undefined {
    for (; this.#count < journeys.length; this.#count++) {
      const journey = journeys[this.#count]!;
      this.#by[journey.direction].add(journey, this.#count);
    }
    return this.#by[of.direction === 'request' ? 'reply' : 'request'].find(of, end);
  }

  /** The list has only so many left. */
  shorten(length: number): void {
    if (length >= this.#count) return;
    this.#count = length;
    this.#by.request.shorten(length);
    this.#by.reply.shorten(length);
  }
}

/** What is said one way. */
class Direction {
  readonly #marks: Mark[] = [];
  readonly #selections: Selection[] = [];

  add(journey: JourneyRecord, at: number): void {
    const { facts } = journey.first;
    if (facts.kind !== 'tcp' || !(facts.flags & ACK)) return;
    raise(this.#marks, { journey, at }, facts.acknowledgement);
    const blocks = blocksOf(facts);
    if (blocks.length === 0) return;
    const until = this.#selections.at(-1)?.until ?? blocks[0]![1];
    const ends = blocks.map(([, end]) => until + ((end - until) | 0));
    this.#selections.push({ journey, at, blocks, until: Math.max(until, ...ends) });
  }

  find(of: JourneyRecord, end: number): JourneyRecord | undefined {
    const mark = firstUntil(this.#marks, of, end);
    const whole = this.#marks[mark];
    const { sequence } = of.first.facts;
    // What has no bytes is in no block.
    if (end === sequence) return whole?.journey;
    for (let at = firstUntil(this.#selections, of, end); at < this.#selections.length; at++) {
      const one = this.#selections[at]!;
      if (whole && one.at >= whole.at) break;
      if (one.blocks.some(([from, to]) => reaches(sequence, from) && reaches(to, end))) return one.journey;
    }
    return whole?.journey;
  }

  shorten(length: number): void {
    for (const list of [this.#marks, this.#selections]) while ((list.at(-1)?.at ?? -1) >= length) list.pop();
  }
}

function raise(marks: Mark[], { journey, at }: Omit<Mark, 'until'>, number: number): void {
  const before = marks.at(-1)?.until;
  const until = before === undefined ? number : before + ((number - before) | 0);
  if (before === undefined || until > before) marks.push({ journey, at, until });
}

/**
 * The place of the first that reaches `end`. Of a long flow, sequence numbers come by more than once: meant is what was said
 * around the time of the packet.
 */
function firstUntil(list: readonly Mark[], { order }: JourneyRecord, end: number): number {
  const near = list[Math.max(0, first(list, ({ journey }) => journey.order > order) - 1)];
  if (near === undefined) return 0;
  const least = near.until + ((end - near.until) | 0);
  return first(list, ({ until }) => until >= least);
}

/** The place of the first that it holds for, and for all behind it. */
function first<T>(list: readonly T[], holds: (one: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function blocksOf({ bytes, l4At, payloadAt }: FrameFacts): (readonly [number, number])[] {
  const until = Math.min(payloadAt, bytes.length);
  const at = findOption(bytes, Math.min(l4At + TCP_HEADER, until), until, SACK);
  const blocks: (readonly [number, number])[] = [];
  if (at < 0) return blocks;
  for (let block = at + 2; block + 8 <= at + bytes[at + 1]!; block += 8)
    blocks.push([u32(bytes, block), u32(bytes, block + 4)]);
  return blocks;
}

/** Sequence numbers wrap. */
function reaches(one: number, other: number): boolean {
  return ((one - other) | 0) >= 0;
}
