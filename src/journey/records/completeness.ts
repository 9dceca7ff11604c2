import type { CapturePoints } from './capture-points.ts';
import type { HopRecord } from './hop-record.ts';

/** When the first and the last frame were recorded. */
interface Span {
  readonly firstNs: number;
  lastNs: number;
}

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
  /** How often something was learned that verdicts depend on. */
  news = 0;

  constructor(points: CapturePoints) {
    this.#points = points;
  }

  recorded(node: string, segment: string, timeNs: number): void {
    let own = this.#spans.get(node);
    if (own === undefined) this.#spans.set(node, (own = new Map()));
    const span = own.get(segment);
    if (span === undefined) own.set(segment, { firstNs: timeNs, lastNs: timeNs });
    else if (timeNs > span.lastNs) span.lastNs = timeNs;
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

  /** No record of the node is known to be missing, and it recorded by then at these interfaces. */
  isUnbroken(node: string, segments: readonly string[], timeNs: number): boolean {
    return !this.#lacking.has(node) && this.#each(node, segments, ({ firstNs }) => firstNs <= timeNs);
  }

  /** Also its recorder says that it missed nothing, at this interface. */
  isWhole(node: string, segment: string, timeNs: number): boolean {
    if (this.#lacking.has(node) || !this.#points.isWhole(node, segment)) return false;
    return (this.#spans.get(node)?.get(segment)?.firstNs ?? -Infinity) <= timeNs;
  }

  /** Where it went, something was recorded before and after at each of these interfaces, however wrong the clocks may be. */
  isAwake({ from, to, timeNs }: HopRecord, segments: readonly string[]): boolean {
    const errorNs = this.#points.clockErrorNs(from) + this.#points.clockErrorNs(to);
    return this.#each(
      to,
      segments,
      ({ firstNs, lastNs }) => firstNs + errorNs <= timeNs && timeNs <= lastNs - errorNs,
    );
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
