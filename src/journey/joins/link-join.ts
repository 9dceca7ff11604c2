import type { FrameEvent } from '../../lab/events.ts';
import { destinationOf } from '../../packet/ethernet.ts';
import type { HopNews } from './hop-news.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import { linksOf, type HopRecord } from '../records/hop-record.ts';
import { isToEveryone } from '../records/to-everyone.ts';
import { frameKey, sameFrame } from './match-keys.ts';
import { prune } from './prune.ts';
import { linkKey, sameOnLink } from './sightings.ts';

/** How long a frame may be on one link, the planned delay not counted. A retransmission never comes this soon. */
const LINK_WINDOW_NS = 100e6;
/** Two captures of one frame may be stamped in the wrong order, by this much. */
const SKEW_NS = 1e6;

/**
 * Joins the captures of one frame at both ends of a link: identical bytes, in order, one capture per receiver; in
 * captures of several hosts what is the same frame to both. Frames on one link stay in order, so of several identical
 * ones the oldest in the window is taken.
 */
export class LinkJoin {
  /** Sent and not yet received; a broadcast stays until its window has passed. */
  readonly #sent = new Map<number, HopRecord[]>();
  /** Received without a sender's capture. */
  readonly #orphans = new Map<number, HopRecord[]>();
  readonly #news: HopNews;
  readonly #copy: (lead: HopRecord, to: string) => HopRecord;

  readonly #errorNs: ((node: string) => number) | undefined;

  /**
   * @param copy Makes the hop for a second or further receiver of a broadcast.
   * @param errorNs In captures of several hosts, how wrong the clock of a node may be.
   */
  constructor(
    news: HopNews,
    copy: (lead: HopRecord, to: string) => HopRecord,
    errorNs?: (node: string) => number,
  ) {
    this.#news = news;
    this.#copy = copy;
    this.#errorNs = errorNs;
  }

  /** The hop of a frame already received, when `hop` is its sender's capture: then it was merged into that one. */
  sent(hop: HopRecord): HopRecord | undefined {
    const key = this.#keyOf(hop);
    const adopted = this.#orphans.size > 0 ? this.#adopt(key, hop) : undefined;
    if (adopted === undefined) push(this.#sent, key, hop);
    return adopted;
  }

  /**
   * The hop that `event` ends, or `undefined` when nobody was seen sending the frame.
   * @param facts Of its bytes; in captures of several hosts only.
   */
  received(event: FrameEvent, number: number, facts?: FrameFacts): HopRecord | undefined {
    const key = facts ? linkKey(facts) : frameKey(event.bytes);
    const waiting = this.#sent.get(key);
    if (waiting === undefined) return undefined;
    const isOver = (one: HopRecord) => event.timeNs - one.timeNs > this.#windowOf(one, event.node);
    while (waiting.length > 0 && isOver(waiting[0]!)) waiting.shift();
    if (waiting.length === 0) this.#sent.delete(key);
    let index = 0;
    while (index < waiting.length && !this.#fits(waiting[index]!, event, facts)) index++;
    const hop = waiting[index];
    if (hop === undefined) return undefined;
    if (isToEveryone(destinationOf(event.bytes, 0))) {
      const sendings = waiting.filter((one) => this.#fits(one, event, facts));
      return this.#broadcast(sendings, event, number, facts);
    }
    if (waiting.length === 1) this.#sent.delete(key);
    else {
      waiting.splice(index, 1);
      const rivals = waiting.filter((one) => this.#fits(one, event, facts));
      if (rivals.length > 0) {
        linksOf(hop).linkRivals = rivals;
        this.#news.rivals(hop, rivals);
      }
    }
    this.#arrive(hop, event, number, facts);
    return hop;
  }

  /** Nobody was seen sending it. Of a broadcast, one of its receivers has that already: then it is a copy of that hop. */
  orphaned(hop: HopRecord): void {
    const key = this.#keyOf(hop);
    if (this.#errorNs && isToEveryone(hop.facts.etherDestination)) {
      const lead = this.#orphans.get(key)?.find((one) => this.#isSibling(one, hop));
      if (lead) {
        linksOf(hop).copyOf = lead;
        (linksOf(lead).copies ??= []).push(hop);
        return;
      }
    }
    push(this.#orphans, key, hop);
  }

  /** Forgets what is of no more use: too old to be received, or taken out of the recording. */
  prune(nowNs: number, isGone: (hop: HopRecord) => boolean): void {
    const isOld = (hop: HopRecord) => nowNs - hop.timeNs > this.#windowOf(hop, hop.to) || isGone(hop);
    prune(this.#sent, isOld);
    prune(this.#orphans, isOld);
  }

  /** Each receiver takes a broadcast once; a second copy there belongs to the next sending. */
  #broadcast(
    sendings: readonly HopRecord[],
    event: FrameEvent,
    number: number,
    facts: FrameFacts | undefined,
  ): HopRecord | undefined {
    for (const lead of sendings) {
      if (!lead.received) {
        this.#arrive(lead, event, number, facts);
        return lead;
      }
      const links = linksOf(lead);
      const copies = (links.copies ??= []);
      if (lead.to === event.node || copies.some(({ to }) => to === event.node)) continue;
      const hop = this.#copy(lead, event.node);
      hop.sentBy = lead.sentBy;
      linksOf(hop).copyOf = lead;
      copies.push(hop);
      this.#arrive(hop, event, number, facts);
      return hop;
    }
    return undefined;
  }

  #keyOf({ facts }: HopRecord): number {
    return this.#errorNs ? linkKey(facts) : frameKey(facts.bytes);
  }

  #arrive(hop: HopRecord, event: FrameEvent, number: number, facts: FrameFacts | undefined): void {
    hop.received = true;
    hop.to = event.node;
    hop.arrivalNs = event.timeNs;
    hop.secondFrame = number;
    // Where it went, and its checksums, stand in what was received.
    if (facts && facts.bytes.length >= hop.facts.bytes.length)
      hop.showBy({ number, timeNs: event.timeNs, originalLength: event.originalLength, facts });
    this.#news.placed(hop);
  }

  #adopt(key: number, hop: HopRecord): HopRecord | undefined {
    const orphans = this.#orphans.get(key);
    const index = orphans?.findIndex((one) => this.#isOf(hop, one)) ?? -1;
    if (orphans === undefined || index < 0) return undefined;
    const orphan = orphans.splice(index, 1)[0]!;
    if (orphans.length === 0) this.#orphans.delete(key);
    const { frame: number, facts, timeNs, originalLength } = orphan;
    orphan.secondFrame = number;
    orphan.frame = hop.frame;
    if (this.#errorNs) {
      if (isToEveryone(facts.etherDestination)) push(this.#sent, key, orphan);
      const isMore = hop.facts.bytes.length > facts.bytes.length;
      orphan.showBy(
        isMore
          ? { number: hop.frame, timeNs: hop.timeNs, originalLength: hop.originalLength, facts: hop.facts }
          : { number, timeNs, originalLength, facts },
      );
      orphan.timeNs = hop.timeNs;
    }
    this.#news.judged(orphan);
    return orphan;
  }

  /** Whether both were received of one broadcast. */
  #isSibling(lead: HopRecord, hop: HopRecord): boolean {
    const errorNs = this.#clockErrorNs(lead.to, hop.to);
    return (
      lead.segment === hop.segment &&
      lead.from === hop.from &&
      lead.to !== hop.to &&
      lead.links?.copies?.every(({ to }) => to !== hop.to) !== false &&
      hop.timeNs - lead.timeNs <= SKEW_NS + errorNs &&
      sameOnLink(lead.facts, hop.facts)
    );
  }

  /** Whether `orphan` is what was received of `hop`. */
  #isOf(hop: HopRecord, orphan: HopRecord): boolean {
    const late = orphan.timeNs - hop.timeNs;
    const errorNs = this.#clockErrorNs(hop.from, orphan.to);
    return (
      hop.segment === orphan.segment &&
      hop.from !== orphan.to &&
      late >= -SKEW_NS - errorNs &&
      late <= this.#windowOf(hop, orphan.to) &&
      (this.#errorNs ? sameOnLink(hop.facts, orphan.facts) : sameFrame(hop.facts.bytes, orphan.facts.bytes))
    );
  }

  #fits(hop: HopRecord, event: FrameEvent, facts: FrameFacts | undefined): boolean {
    const late = event.timeNs - hop.timeNs;
    return (
      hop.segment === event.segment &&
      hop.from !== event.node &&
      late >= 0 &&
      late <= this.#windowOf(hop, event.node) &&
      (facts ? sameOnLink(hop.facts, facts) : sameFrame(hop.facts.bytes, event.bytes))
    );
  }

  /** How long after it was sent the frame may arrive at that node, each by its own clock. */
  #windowOf({ from, segment, stage }: HopRecord, to: string): number {
    const delayNs = stage.network.station(from, segment)?.port.delayNs ?? 0;
    return LINK_WINDOW_NS + 2 * delayNs + this.#clockErrorNs(from, to);
  }

  #clockErrorNs(one: string, other: string): number {
    return this.#errorNs ? this.#errorNs(one) + this.#errorNs(other) : 0;
  }
}

function push(map: Map<number, HopRecord[]>, key: number, hop: HopRecord): void {
  const list = map.get(key);
  if (list) list.push(hop);
  else map.set(key, [hop]);
}
