import { ttlOf } from '../../packet/ipv4.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import { linksOf, type HopRecord } from '../records/hop-record.ts';
import { clamped } from './clamped-mss.ts';
import type { HopNews } from './hop-news.ts';
import { prune } from './prune.ts';
import { packetKey, sameEnds, samePacketOn } from './sightings.ts';

/** How long nodes that were not captured may have held a packet, planned delays not counted. */
const PROMPT_NS = 20e6;
/** A packet that waits for a neighbour's address may stay this long (Linux gives up after three seconds). */
const PATIENT_NS = 5e9;

/** How near to where a packet was seen next it had been seen: at the node that sent it on, on its way there, before. */
const ARRIVED = 0;
const SENT_THERE = 1;
const BEFORE = 2;
/** Two hosts may stamp in the wrong order by this much, whatever is known of their clocks. */
const SKEW_NS = 1e6;

/**
 * Joins the sightings of one packet in captures of several hosts, by what the way leaves alone. Any of them may be
 * missing, single records or whole nodes: what was seen last before goes on where it was seen next, and the nearest one
 * is taken. Which nodes lie between need not be known, and so a join over a gap is `likely` only.
 */
export class SightingJoin {
  /** Hops that nothing is known to have gone on from. */
  readonly #ends = new Map<number, HopRecord[]>();
  /** Hops from nodes that send on, of which it is not known where they came from. */
  readonly #starts = new Map<number, HopRecord[]>();
  /** Hops that were joined over a gap. */
  readonly #overGaps = new Map<number, HopRecord[]>();
  readonly #news: HopNews;
  readonly #errorNs: (node: string) => number;

  /** @param errorNs How wrong the clock of a node may be. */
  constructor(news: HopNews, errorNs: (node: string) => number) {
    this.#news = news;
    this.#errorNs = errorNs;
  }

  /** A packet was seen on a link, for the first time there. */
  seen(hop: HopRecord): void {
    if (hop.facts.ipAt === 0 || hop.facts.kind === 'arp') return;
    const key = packetKey(hop.facts);
    if (hop.previous === undefined && sendsOn(hop, hop.from) && !this.#follow(key, hop))
      push(this.#starts, key, hop);
    // Before anything else is joined: what was seen already may go on from here.
    push(this.#ends, key, hop);
    this.#precede(key, hop);
    this.#between(key, hop);
    if (hop.followers > 0) remove(this.#ends, key, hop);
  }

  /** Its sender's record was found, which has another time. */
  sent(hop: HopRecord): void {
    if (hop.previous === undefined && hop.facts.ipAt !== 0 && sendsOn(hop, hop.from))
      this.#follow(packetKey(hop.facts), hop);
  }

  /** Forgets what is of no more use: too old to be sent on, or taken out of the recording. */
  prune(nowNs: number, isGone: (hop: HopRecord) => boolean): void {
    const isOld = (hop: HopRecord) => nowNs - hop.timeNs > PATIENT_NS || isGone(hop);
    prune(this.#ends, isOld);
    prune(this.#starts, isOld);
    prune(this.#overGaps, isOld);
  }

  /** Finds where `hop` came from; `false` when it is not known, or not yet. */
  #follow(key: number, hop: HopRecord): boolean {
    const list = this.#ends.get(key);
    if (list === undefined) return false;
    while (list.length > 0 && hop.timeNs - lastNs(list[0]!) > PATIENT_NS) list.shift();
    const able = list.filter((one) => this.#mayGoOn(one, hop));
    const nearest = Math.min(...able.map((one) => nearness(one, hop)));
    let candidates = able.filter((one) => nearness(one, hop) === nearest);
    const prompt = candidates.filter((one) => hop.timeNs - lastNs(one) <= patienceOf(one, hop));
    if (prompt.length > 0) candidates = prompt;
    const same = candidates.filter((one) => sameEnds(one.facts, hop.facts));
    if (same.length > 0) candidates = same;
    const [chosen] = candidates;
    if (chosen === undefined) return false;
    if (candidates.some((one) => !sameEnds(one.facts, chosen.facts))) {
      // Different packets that became alike: which of them this is cannot be known.
      hop.join = 'ambiguous';
      for (const one of candidates) {
        one.contested = true;
        this.#news.judged(one);
      }
      return true;
    }
    this.#link(chosen, hop, prompt.length > 0);
    list.splice(list.indexOf(chosen), 1);
    if (candidates.length > 1) {
      const rivals = candidates.filter((one) => one !== chosen);
      linksOf(hop).rivals = rivals;
      this.#news.rivals(hop, rivals);
    }
    return true;
  }

  /** Clocks differ: what went on from here may have been seen before. */
  #precede(key: number, hop: HopRecord): void {
    const start = this.#starts
      .get(key)
      ?.find((one) => one !== hop && one.previous === undefined && this.#mayGoOn(hop, one));
    if (start !== undefined && this.#follow(key, start)) remove(this.#starts, key, start);
  }

  /** Clocks differ: what was joined over a gap may have come by here. */
  #between(key: number, hop: HopRecord): void {
    const over = this.#overGaps.get(key);
    const after = over?.find(
      (one) =>
        one.previous !== undefined &&
        nearness(one.previous, hop) !== BEFORE &&
        (hop.previous === undefined || hop.previous === one.previous) &&
        this.#mayGoOn(one.previous, hop) &&
        this.#mayGoOn(hop, one),
    );
    if (after === undefined) return;
    remove(this.#overGaps, key, after);
    const { previous } = after;
    if (hop.previous === undefined) this.#link(previous!, hop, true);
    previous!.followers--;
    this.#link(hop, after, true);
  }

  #mayGoOn(before: HopRecord, hop: HopRecord): boolean {
    if (before === hop || before.stage.run !== hop.stage.run) return false;
    // It was for a host, which keeps it.
    if (before.to !== '' && !sendsOn(before, before.to)) return false;
    const [whose, other] = [before.received ? before.to : before.from, isOrphan(hop) ? hop.to : hop.from];
    const errorNs = whose === other ? 0 : SKEW_NS + this.#errorNs(whose) + this.#errorNs(other);
    const lateNs = hop.timeNs - lastNs(before);
    if (lateNs < -errorNs || lateNs > PATIENT_NS) return false;
    if (before.from === hop.from && before.segment === hop.segment) return false;
    return this.#isSame(before, hop) && !comesOf(before, hop);
  }

  #isSame(before: HopRecord, hop: HopRecord): boolean {
    if (samePacketOn(before.facts, hop.facts)) return isTranslated(hop) || sameEnds(before.facts, hop.facts);
    const lowered = clamped(before.facts, before.segment, hop);
    return lowered !== before.facts && samePacketOn(lowered, hop.facts);
  }

  #link(before: HopRecord, hop: HopRecord, isPrompt: boolean): void {
    const near = nearness(before, hop);
    hop.overGap = near === BEFORE;
    if (hop.overGap) push(this.#overGaps, packetKey(hop.facts), hop);
    const isSure = near === ARRIVED && isPrompt && isWhole(before.facts, hop.facts);
    hop.previous = before;
    hop.join = isSure ? 'strong' : 'likely';
    before.followers++;
    this.#news.placed(before);
    this.#news.placed(hop);
  }
}

/** In dr the packet comes through whole, in a tunnel the inner one does: as sure as routing. */
function isWhole(before: FrameFacts, after: FrameFacts): boolean {
  return sameEnds(before, after) && before.sentLength === after.sentLength;
}

function nearness(before: HopRecord, hop: HopRecord): number {
  if (before.to !== hop.from || !isOneStep(before.facts, hop)) return BEFORE;
  return before.received ? ARRIVED : SENT_THERE;
}

/** Whether one node alone can have made this of it: a router takes one from the TTL, and puts nothing around it. */
function isOneStep({ bytes, routedAt, outerAt }: FrameFacts, { facts, from, stage }: HopRecord): boolean {
  if (stage.network.node(from)?.forwarder) return true;
  const isWrapped = facts.outerAt !== 0;
  return isWrapped === (outerAt !== 0) && ttlOf(bytes, routedAt) === ttlOf(facts.bytes, facts.routedAt) + 1;
}

/** Its sender's record is missing. */
function isOrphan({ received, secondFrame }: HopRecord): boolean {
  return received && secondFrame === 0;
}

/** When it was last seen, by the clock of who saw it. */
function lastNs(hop: HopRecord): number {
  return hop.received ? hop.arrivalNs : hop.timeNs;
}

function patienceOf(before: HopRecord, hop: HopRecord): number {
  const delayOf = (one: HopRecord) => one.stage.network.station(one.from, one.segment)?.port.delayNs ?? 0;
  return PROMPT_NS + 2 * (delayOf(before) + delayOf(hop));
}

/** A router, a director, a NAT; and whatever forwards besides its own work. */
function sendsOn({ stage: { network } }: HopRecord, name: string): boolean {
  const node = network.node(name);
  return node !== undefined && (node.forwarder !== undefined || node.sysctls.ip_forward === 1);
}

/** Whether something on the way may have given it other addresses. */
function isTranslated({ stage: { network } }: HopRecord): boolean {
  return network.translates;
}

function comesOf(hop: HopRecord, root: HopRecord): boolean {
  for (let one: HopRecord | undefined = hop; one; one = one.parent) if (one === root) return true;
  return false;
}

function push(map: Map<number, HopRecord[]>, key: number, hop: HopRecord): void {
  const list = map.get(key);
  if (list) list.push(hop);
  else map.set(key, [hop]);
}

function remove(map: Map<number, HopRecord[]>, key: number, hop: HopRecord): void {
  const list = map.get(key);
  const index = list?.indexOf(hop) ?? -1;
  if (list === undefined || index < 0) return;
  list.splice(index, 1);
  if (list.length === 0) map.delete(key);
}
