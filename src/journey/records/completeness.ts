import type { CapturePoints } from './capture-points.ts';
import type { HopRecord } from './hop-record.ts';

/** When the first and the last frame were recorded. */
interface Span {
  readonly firstNs: number;
  lastNs: number;
  /** It was asked, of something at `askedNs` at the earliest, whether there is a record as late as this; else Infinity. */
  awaitedNs: number;
  askedNs: number;
}

/** Somebody sent something to somebody. */
type Passage = Pick<HopRecord, 'from' | 'to' | 'timeNs'>;

/**
 * What is known of how whole the recordings of a capture's hosts are. They do not say what they miss; that a packet went
 * on from a node, though no record of that node shows it there, says it.
 */
export class Completeness {
  readonly #points: CapturePoints;
  readonly #lacking = new Set<string>();
  /** Who sent IP packets to whom, next to each other. */
  readonly #spoken = new Map<string, Set<string>>();
  /** By node and segment. */
  readonly #spans = new Map<string, Map<string, Span>>();
  /** How often something was learned that any verdict may depend on. */
  news = 0;
  #reachedNs = Infinity;

  constructor(points: CapturePoints) {
    this.#points = points;
  }

  recorded(node: string, segment: string, timeNs: number): void {
    let own = this.#spans.get(node);
    if (own === undefined) this.#spans.set(node, (own = new Map()));
    const span = own.get(segment);
    if (span === undefined) {
      own.set(segment, { firstNs: timeNs, lastNs: timeNs, awaitedNs: Infinity, askedNs: Infinity });
      this.news++;
    } else if (timeNs > span.lastNs) {
      span.lastNs = timeNs;
      if (timeNs < span.awaitedNs) return;
      this.#reachedNs = Math.min(this.#reachedNs, span.askedNs);
      span.awaitedNs = span.askedNs = Infinity;
    }
  }

  /**
   * The earliest time of something of which it was asked in vain whether a node still recorded, where since then it did;
   * Infinity for none. Verdicts on flows that had not ended by then may be others now.
   */
  takeReached(): number {
    const reachedNs = this.#reachedNs;
    this.#reachedNs = Infinity;
    return reachedNs;
  }

  /** A record of this node is not there, for certain. */
  lacks(node: string): void {
    if (this.#lacking.has(node)) return;
    this.#lacking.add(node);
    this.news++;
  }

  /** Takes in what a hop shows: it went on without having been seen arriving, or arrived without having been seen leaving. */
  look({ from, to, segment, received, secondFrame, followers, facts }: HopRecord): void {
    if (facts.ipAt !== 0 && facts.kind !== 'arp' && to !== '') this.#spoke(from, to);
    if (!received && followers > 0 && to !== '' && this.#points.has(to, segment)) this.lacks(to);
    if (received && secondFrame === 0 && this.#points.has(from, segment)) this.lacks(from);
  }

  #spoke(from: string, to: string): void {
    let heard = this.#spoken.get(from);
    if (heard?.has(to)) return;
    if (heard === undefined) this.#spoken.set(from, (heard = new Set()));
    heard.add(to);
    this.news++;
  }

  /** The node ever sent an IP packet to that neighbour. */
  hasSpoken(from: string, to: string): boolean {
    return this.#spoken.get(from)?.has(to) === true;
  }

  /** Where it went, no record is known to be missing, and by then there were some at these interfaces. */
  isUnbroken(hop: Passage, segments: readonly string[]): boolean {
    const fromNs = hop.timeNs - this.#errorNs(hop);
    return !this.#lacking.has(hop.to) && this.#each(hop.to, segments, ({ firstNs }) => firstNs <= fromNs);
  }

  /** Also the recorder there says that it missed nothing, at this interface. */
  isWhole(hop: Passage, segment: string): boolean {
    const { to, timeNs } = hop;
    if (this.#lacking.has(to) || !this.#points.isWhole(to, segment)) return false;
    return (this.#spans.get(to)?.get(segment)?.firstNs ?? -Infinity) <= timeNs - this.#errorNs(hop);
  }

  /** Where it went, something was recorded before and after at each of these interfaces. */
  isAwake(hop: Passage, segments: readonly string[]): boolean {
    const errorNs = this.#errorNs(hop);
    const [fromNs, untilNs] = [hop.timeNs - errorNs, hop.timeNs + errorNs];
    return this.#each(hop.to, segments, (span) => {
      if (span.firstNs > fromNs) return false;
      if (span.lastNs >= untilNs) return true;
      span.awaitedNs = Math.min(span.awaitedNs, untilNs);
      span.askedNs = Math.min(span.askedNs, hop.timeNs);
      return false;
    });
  }

  /** By how much the clocks at its both ends may disagree. */
  #errorNs({ from, to }: Passage): number {
    return this.#points.clockErrorNs(from) + this.#points.clockErrorNs(to);
  }

  /** Where nothing at all was recorded the file says at least that it was listened; but somewhere something must have been. */
  #each(node: string, segments: readonly string[], holds: (span: Span) => boolean): boolean {
    const own = this.#spans.get(node);
    if (own === undefined) return false;
    return segments.every((segment) => {
      const span = own.get(segment);
      return span === undefined || holds(span);
    });
  }
}
