import type { FrameEvent } from '../../lab/events.ts';
import { BROADCAST_MAC } from '../../packet/address.ts';
import type { HopNews } from './hop-news.ts';
import { linksOf, type HopRecord } from '../records/hop-record.ts';
import { frameKey, sameFrame } from './match-keys.ts';
import { prune } from './prune.ts';

/** How long a frame may be on one link, the planned delay not counted. A retransmission never comes this soon. */
const LINK_WINDOW_NS = 100e6;
/** Two captures of one frame may be stamped in the wrong order, by this much. */
const SKEW_NS = 1e6;

/**
 * Joins the captures of one frame at both ends of a link: identical bytes, in order, one capture per receiver.
 * Frames on one link stay in order, so of several identical ones the oldest in the window is taken.
 */
export class LinkJoin {
  /** Sent and not yet received; a broadcast stays until its window has passed. */
  readonly #sent = new Map<number, HopRecord[]>();
  /** Received without a sender's capture. */
  readonly #orphans = new Map<number, HopRecord[]>();
  readonly #news: HopNews;
  readonly #copy: (lead: HopRecord, to: string) => HopRecord;

  /** @param copy Makes the hop for a second or further receiver of a broadcast. */
  constructor(news: HopNews, copy: (lead: HopRecord, to: string) => HopRecord) {
    this.#news = news;
    this.#copy = copy;
  }

  /** `false` when `hop` is the sender's capture of a frame already received: then it was merged into that one. */
  sent(hop: HopRecord): boolean {
    const key = frameKey(hop.facts.bytes);
    if (this.#orphans.size > 0 && this.#adopt(key, hop)) return false;
    push(this.#sent, key, hop);
    return true;
  }

  /** The hop that `event` ends, or `undefined` when nobody was seen sending the frame. */
  received(event: FrameEvent, number: number): HopRecord | undefined {
    const key = frameKey(event.bytes);
    const waiting = this.#sent.get(key);
    if (waiting === undefined) return undefined;
    while (waiting.length > 0 && event.timeNs - waiting[0]!.timeNs > windowOf(waiting[0]!)) waiting.shift();
    if (waiting.length === 0) this.#sent.delete(key);
    let index = 0;
    while (index < waiting.length && !fits(waiting[index]!, event)) index++;
    const hop = waiting[index];
    if (hop === undefined) return undefined;
    if (hop.facts.etherDestination === BROADCAST_MAC) {
      return this.#broadcast(
        waiting.filter((one) => fits(one, event)),
        event,
        number,
      );
    }
    if (waiting.length === 1) this.#sent.delete(key);
    else {
      waiting.splice(index, 1);
      const rivals = waiting.filter((one) => fits(one, event));
      if (rivals.length > 0) {
        linksOf(hop).linkRivals = rivals;
        this.#news.rivals(hop, rivals);
      }
    }
    this.#arrive(hop, event, number);
    return hop;
  }

  orphaned(hop: HopRecord): void {
    push(this.#orphans, frameKey(hop.facts.bytes), hop);
  }

  /** Forgets what is of no more use: too old to be received, or taken out of the recording. */
  prune(nowNs: number, isGone: (hop: HopRecord) => boolean): void {
    prune(this.#sent, (hop) => nowNs - hop.timeNs > windowOf(hop) || isGone(hop));
    prune(this.#orphans, (hop) => nowNs - hop.timeNs > windowOf(hop) || isGone(hop));
  }

  /** Each receiver takes a broadcast once; a second copy there belongs to the next sending. */
  #broadcast(sendings: readonly HopRecord[], event: FrameEvent, number: number): HopRecord | undefined {
    for (const lead of sendings) {
      if (!lead.received) {
        this.#arrive(lead, event, number);
        return lead;
      }
      const links = linksOf(lead);
      const copies = (links.copies ??= []);
      if (lead.to === event.node || copies.some(({ to }) => to === event.node)) continue;
      const hop = this.#copy(lead, event.node);
      hop.sentBy = lead.sentBy;
      linksOf(hop).copyOf = lead;
      copies.push(hop);
      this.#arrive(hop, event, number);
      return hop;
    }
    return undefined;
  }

  #arrive(hop: HopRecord, event: FrameEvent, number: number): void {
    hop.received = true;
    hop.to = event.node;
    hop.arrivalNs = event.timeNs;
    hop.secondFrame = number;
    this.#news.placed(hop);
  }

  #adopt(key: number, hop: HopRecord): boolean {
    const orphans = this.#orphans.get(key);
    const index = orphans?.findIndex((one) => isOf(hop, one)) ?? -1;
    if (orphans === undefined || index < 0) return false;
    const [orphan] = orphans.splice(index, 1);
    if (orphans.length === 0) this.#orphans.delete(key);
    orphan!.secondFrame = orphan!.frame;
    orphan!.frame = hop.frame;
    this.#news.judged(orphan!);
    return true;
  }
}

function fits(hop: HopRecord, event: FrameEvent): boolean {
  const late = event.timeNs - hop.timeNs;
  return (
    hop.segment === event.segment &&
    hop.from !== event.node &&
    late >= 0 &&
    late <= windowOf(hop) &&
    sameFrame(hop.facts.bytes, event.bytes)
  );
}

/** Whether `orphan` is what was received of `hop`. */
function isOf(hop: HopRecord, orphan: HopRecord): boolean {
  const late = orphan.timeNs - hop.timeNs;
  return (
    hop.segment === orphan.segment &&
    hop.from !== orphan.to &&
    late >= -SKEW_NS &&
    late <= windowOf(hop) &&
    sameFrame(hop.facts.bytes, orphan.facts.bytes)
  );
}

function windowOf(hop: HopRecord): number {
  const sender = hop.stage.network.station(hop.from, hop.segment);
  return LINK_WINDOW_NS + 2 * (sender?.port.delayNs ?? 0);
}

function push(map: Map<number, HopRecord[]>, key: number, hop: HopRecord): void {
  const list = map.get(key);
  if (list) list.push(hop);
  else map.set(key, [hop]);
}
