import type { DecisionEvent } from '../../lab/events.ts';
import type { HopNews } from './hop-news.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { prune } from './prune.ts';

/** A decision and the frame it names may reach us in the wrong order, by this much. */
const SKEW_NS = 5e6;
/** Beyond this a frame still waiting for its decision is taken for one that never got any. */
const STALE_NS = 100e6;

/** A decision with those of its frames that were captured so far. */
interface Decided {
  readonly decision: DecisionEvent;
  readonly timeNs: number;
  readonly ins: HopRecord[];
  readonly outs: HopRecord[];
}

/** A frame taken in; without a hop when it was not addressed to the node. */
interface Unread {
  readonly timeNs: number;
  readonly hop: HopRecord | undefined;
}

/**
 * Joins the frames of one forwarder by what it said: hashes of the exact bytes it took in and sent. Identical bytes
 * recur, so each decision takes the oldest capture that no decision has taken yet.
 */
export class DecisionJoin {
  /** Frames captured that no decision has named, by hash. */
  readonly #unread = new Map<number, Unread[]>();
  readonly #sentEarly = new Map<number, HopRecord[]>();
  /** Decisions that name a frame not captured yet. */
  readonly #unreceived = new Map<number, Decided[]>();
  readonly #unsent = new Map<number, Decided[]>();
  /** Waiting for a neighbour: a later decision names the same frame again. */
  readonly #held = new Map<number, HopRecord[]>();
  readonly #news: HopNews;

  constructor(news: HopNews) {
    this.#news = news;
  }

  /** @param hash `frameHash` of the frame as received. */
  received(hash: number, timeNs: number, hop: HopRecord | undefined): void {
    const decided = take(this.#unreceived, hash, timeNs, SKEW_NS, false);
    if (decided === undefined) push(this.#unread, hash, { timeNs, hop });
    else if (hop) this.#takeIn(decided, hash, hop);
  }

  sent(hash: number, hop: HopRecord): void {
    const decided = take(this.#unsent, hash, hop.timeNs, STALE_NS, true);
    if (decided === undefined) push(this.#sentEarly, hash, hop);
    else this.#sendOut(decided, hop);
  }

  decided(decision: DecisionEvent): void {
    const { timeNs, framesIn, framesOut, relation } = decision;
    const decided: Decided = { decision, timeNs, ins: [], outs: [] };
    for (const hash of framesIn) {
      const held = relation === 'held' ? undefined : take(this.#held, hash, timeNs, Infinity, false);
      if (held) {
        this.#takeIn(decided, hash, held);
        continue;
      }
      const unread = take(this.#unread, hash, timeNs, STALE_NS, true);
      if (unread === undefined) push(this.#unreceived, hash, decided);
      else if (unread.hop) this.#takeIn(decided, hash, unread.hop);
    }
    for (const hash of framesOut) {
      const early = take(this.#sentEarly, hash, timeNs, SKEW_NS, false);
      if (early) this.#sendOut(decided, early);
      else push(this.#unsent, hash, decided);
    }
  }

  /** Forgets what has been taken out of the recording, and what is so old that nothing can come of it. */
  prune(oldestNs: number, isGone: (hop: HopRecord) => boolean): void {
    prune(this.#unread, ({ timeNs, hop }) => (hop ? isGone(hop) : timeNs < oldestNs));
    prune(this.#sentEarly, (hop) => hop.timeNs < oldestNs || isGone(hop));
    prune(this.#unreceived, ({ timeNs }) => timeNs < oldestNs);
    prune(this.#unsent, ({ timeNs }) => timeNs < oldestNs);
    prune(this.#held, isGone);
  }

  #takeIn(decided: Decided, hash: number, hop: HopRecord): void {
    hop.takenBy = decided.decision;
    this.#news.judged(hop);
    if (decided.decision.relation === 'held') push(this.#held, hash, hop);
    decided.ins.push(hop);
    for (const out of decided.outs) this.#tie(decided.decision, hop, out);
  }

  #sendOut({ decision, ins, outs }: Decided, hop: HopRecord): void {
    hop.sentBy = decision;
    this.#news.placed(hop);
    outs.push(hop);
    for (const taken of ins) this.#tie(decision, taken, hop);
  }

  #tie(decision: DecisionEvent, taken: HopRecord, sent: HopRecord): void {
    // The decision is right about which frame became which, but a capture of an equal frame may be meant: time decides.
    if (decision.relation !== 'forwarded' || taken.to !== sent.from || taken.arrivalNs > sent.timeNs) return;
    // Without any delay on the way, time alone does not keep a packet from being its own beginning.
    for (let hop = taken.parent; hop; hop = hop.parent) if (hop === sent) return;
    taken.followers++;
    sent.previous ??= taken;
    this.#news.placed(taken);
    this.#news.placed(sent);
  }
}

/**
 * Removes and returns the oldest under `hash` that is at most `ageNs` old, dropping older ones; with `keepLast` the
 * last one counts however old it is.
 */
function take<T extends { readonly timeNs: number }>(
  map: Map<number, T[]>,
  hash: number,
  nowNs: number,
  ageNs: number,
  keepLast: boolean,
): T | undefined {
  const list = map.get(hash);
  if (list === undefined) return undefined;
  let found: T | undefined;
  while (found === undefined && list.length > 0) {
    const one = list.shift()!;
    if (nowNs - one.timeNs <= ageNs || (keepLast && list.length === 0)) found = one;
  }
  if (list.length === 0) map.delete(hash);
  return found;
}

function push<T>(map: Map<number, T[]>, hash: number, value: T): void {
  const list = map.get(hash);
  if (list) list.push(value);
  else map.set(hash, [value]);
}
