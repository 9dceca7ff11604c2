import { clamped } from './clamped-mss.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopNews } from './hop-news.ts';
import { linksOf, type HopRecord } from '../records/hop-record.ts';
import { routedKey, samePacket, sameRouted, sameSurvivors, survivorKey } from './match-keys.ts';
import { prune } from './prune.ts';

/** How long a node holds a packet, queues and planned delays not counted. */
const PROMPT_NS = 20e6;
/** A packet that waits for a neighbour's address may stay this long (Linux gives up after three seconds). */
const PATIENT_NS = 5e9;

/**
 * Joins what came into a node to what left it, for nodes that do not say what they did: routers, and load balancers
 * in captures without decisions.
 */
export class CrossingJoin {
  readonly #waiting = new Map<number, HopRecord[]>();
  readonly #keyOf: (facts: FrameFacts) => number;
  readonly #same: (before: FrameFacts, after: FrameFacts) => boolean;
  readonly #news: HopNews;
  /** When a neighbour last answered the node: packets that waited for that leave now. */
  #neighbourNs = -Infinity;

  /** @param kind `routed`: all is kept but TTL and header checksum. `translated`: what survives a NAT or a tunnel. */
  constructor(kind: 'routed' | 'translated', news: HopNews) {
    this.#news = news;
    this.#keyOf = kind === 'routed' ? routedKey : survivorKey;
    this.#same = kind === 'routed' ? sameRouted : sameSurvivors;
  }

  neighbourAnswered(timeNs: number): void {
    this.#neighbourNs = timeNs;
  }

  received(hop: HopRecord): void {
    const key = this.#keyOf(hop.facts);
    const list = this.#waiting.get(key);
    if (list) list.push(hop);
    else this.#waiting.set(key, [hop]);
  }

  /** Sets `previous` of a hop that starts at the node, if what it carries came in before. */
  sent(hop: HopRecord): void {
    const key = this.#keyOf(hop.facts);
    const list = this.#waiting.get(key);
    if (list === undefined) return;
    while (list.length > 0 && hop.timeNs - list[0]!.arrivalNs > PATIENT_NS) list.shift();
    const able = list.filter((one) => one.arrivalNs <= hop.timeNs && this.#mayBe(one, hop));
    const prompt = able.filter((one) => this.#isPrompt(one, hop));
    const candidates = prompt.length > 0 ? prompt : able;
    const [chosen] = candidates;
    if (chosen === undefined) {
      if (list.length === 0) this.#waiting.delete(key);
      return;
    }
    if (candidates.some((one) => !carryTheSame(one.facts, chosen.facts))) {
      // Different packets that became alike: which of them this is cannot be known.
      hop.join = 'ambiguous';
      for (const one of candidates) {
        one.contested = true;
        this.#news.judged(one);
      }
      return;
    }
    this.#link(chosen, hop, candidates, prompt.length > 0);
    list.splice(list.indexOf(chosen), 1);
    if (list.length === 0) this.#waiting.delete(key);
  }

  #mayBe({ facts, segment }: HopRecord, sent: HopRecord): boolean {
    if (this.#same(facts, sent.facts)) return true;
    const lowered = clamped(facts, segment, sent);
    return lowered !== facts && this.#same(lowered, sent.facts);
  }

  /** Forgets what is of no more use: too old to be sent on, or taken out of the recording. */
  prune(nowNs: number, isGone: (hop: HopRecord) => boolean): void {
    prune(this.#waiting, (hop) => nowNs - hop.arrivalNs > PATIENT_NS || isGone(hop));
  }

  #link(chosen: HopRecord, hop: HopRecord, candidates: readonly HopRecord[], prompt: boolean): void {
    const { facts } = chosen;
    // In dr the packet comes through whole, in a tunnel the inner one does: as sure as routing.
    const whole =
      facts.ipEnd - facts.ipAt === hop.facts.ipEnd - hop.facts.ipAt &&
      samePacket(facts.bytes, facts.ipAt, hop.facts.bytes, hop.facts.ipAt, facts.ipEnd - facts.ipAt);
    hop.previous = chosen;
    hop.join = prompt && whole ? 'strong' : 'likely';
    if (candidates.length > 1) {
      const rivals = candidates.filter((one) => one !== chosen);
      linksOf(hop).rivals = rivals;
      this.#news.rivals(hop, rivals);
    }
    chosen.followers++;
    this.#news.placed(chosen);
  }

  #isPrompt(before: HopRecord, after: HopRecord): boolean {
    const egress = after.stage.network.station(after.from, after.segment);
    const patience = PROMPT_NS + 2 * (egress?.port.delayNs ?? 0);
    const waited = this.#neighbourNs >= before.arrivalNs && after.timeNs - this.#neighbourNs <= patience;
    return waited || after.timeNs - before.arrivalNs <= patience;
  }
}

/** Byte for byte one IPv4 packet, TTL aside: retransmissions with the same id, or a duplicate. */
function carryTheSame(a: FrameFacts, b: FrameFacts): boolean {
  const length = a.ipEnd - a.routedAt;
  return (
    a === b ||
    (length === b.ipEnd - b.routedAt && samePacket(a.bytes, a.routedAt, b.bytes, b.routedAt, length))
  );
}
