import type { CapturePoints } from './capture-points.ts';
import type { HopRecord } from './hop-record.ts';

/**
 * What is known of how whole the recordings of a capture's hosts are. They do not say what they miss; that a packet went
 * on from a node, though no record of that node shows it there, says it.
 */
export class Completeness {
  readonly #points: CapturePoints;
  readonly #lacking = new Set<string>();
  /** Who sent IP packets to whom, next to each other. */
  readonly #spoken = new Map<string, Set<string>>();
  readonly #spans = new Map<string, { readonly firstNs: number; lastNs: number }>();
  /** How often something was learned that verdicts depend on. */
  news = 0;

  constructor(points: CapturePoints) {
    this.#points = points;
  }

  recorded(node: string, timeNs: number): void {
    const span = this.#spans.get(node);
    if (span === undefined) this.#spans.set(node, { firstNs: timeNs, lastNs: timeNs });
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

  /** No record of the node is known to be missing, and it recorded then. */
  isUnbroken(node: string, timeNs: number): boolean {
    const span = this.#spans.get(node);
    return !this.#lacking.has(node) && span !== undefined && span.firstNs <= timeNs;
  }

  /** Also its recorder says that it missed nothing, at this interface. */
  isWhole(node: string, segment: string, timeNs: number): boolean {
    if (this.#lacking.has(node) || !this.#points.isWhole(node, segment)) return false;
    return (this.#spans.get(node)?.firstNs ?? -Infinity) <= timeNs;
  }

  /** It recorded something before and after. */
  isAwake(node: string, timeNs: number): boolean {
    const span = this.#spans.get(node);
    return span !== undefined && span.firstNs <= timeNs && timeNs <= span.lastNs;
  }
}
