import type { DecisionEvent } from '../lab/events.ts';
import type { HopRecord } from './hop-record.ts';

/** A decision and the frame it names may reach us in the wrong order, by this much. */
const SKEW_NS = 5e6;
/** Beyond this a frame still waiting for its decision is taken for one that never got any. */
const STALE_NS = 100e6;

/**
 * Joins the frames of one forwarder by what it said: hashes of the exact bytes it took in and sent. Identical bytes
 * recur, so each decision takes the oldest capture that no decision has taken yet.
 */
export class DecisionJoin {
  /** Frames taken in that no decision has named; `undefined` for one that was not addressed to the node. */
  readonly #unread = new Map<number, { readonly timeNs: number; readonly hop: HopRecord | undefined }[]>();
  /** Decisions that name a frame not captured yet. */
  readonly #unsent = new Map<number, DecisionEvent[]>();
  readonly #unreceived = new Map<number, DecisionEvent[]>();
  readonly #sentEarly = new Map<number, HopRecord[]>();
  /** Waiting for a neighbour: a later decision names the same frame again. */
  readonly #held = new Map<number, HopRecord[]>();
  readonly #frames = new Map<DecisionEvent, DecidedFrames>();

  /** @param hash `frameHash` of the frame as received. */
  received(hash: number, timeNs: number, hop: HopRecord | undefined): void {
    const decision = take(this.#unreceived, hash, (one) => timeNs - one.timeNs <= SKEW_NS);
    if (decision === undefined) push(this.#unread, hash, { timeNs, hop });
    else if (hop) this.#takeIn(decision, hash, hop);
  }

  sent(hash: number, hop: HopRecord): void {
    const decision = take(this.#unsent, hash, (one, last) => last || hop.timeNs - one.timeNs <= STALE_NS);
    if (decision === undefined) push(this.#sentEarly, hash, hop);
    else this.#sendOut(decision, hop);
  }

  decided(decision: DecisionEvent): void {
    for (const hash of decision.framesIn) {
      const held = decision.relation === 'held' ? undefined : take(this.#held, hash, () => true);
      if (held) {
        this.#takeIn(decision, hash, held);
        continue;
      }
      const fresh = (one: { readonly timeNs: number }, last: boolean) =>
        last || decision.timeNs - one.timeNs <= STALE_NS;
      const unread = take(this.#unread, hash, fresh);
      if (unread === undefined) push(this.#unreceived, hash, decision);
      else if (unread.hop) this.#takeIn(decision, hash, unread.hop);
    }
    for (const hash of decision.framesOut) {
      const early = take(this.#sentEarly, hash, (one) => decision.timeNs - one.timeNs <= SKEW_NS);
      if (early) this.#sendOut(decision, early);
      else push(this.#unsent, hash, decision);
    }
  }

  #takeIn(decision: DecisionEvent, hash: number, hop: HopRecord): void {
    hop.takenBy = decision;
    hop.decided = undefined;
    if (decision.relation === 'held') push(this.#held, hash, hop);
    const frames = this.#framesOf(decision);
    frames.ins.push(hop);
    for (const out of frames.outs) tie(decision, hop, out);
    this.#close(decision, frames);
  }

  #sendOut(decision: DecisionEvent, hop: HopRecord): void {
    hop.sentBy = decision;
    const frames = this.#framesOf(decision);
    frames.outs.push(hop);
    for (const taken of frames.ins) tie(decision, taken, hop);
    this.#close(decision, frames);
  }

  /** All its frames were seen. */
  #close(decision: DecisionEvent, { ins, outs }: DecidedFrames): void {
    const isAll = ins.length === decision.framesIn.length && outs.length === decision.framesOut.length;
    if (isAll) this.#frames.delete(decision);
  }

  #framesOf(decision: DecisionEvent): DecidedFrames {
    let frames = this.#frames.get(decision);
    if (frames === undefined) this.#frames.set(decision, (frames = { ins: [], outs: [] }));
    return frames;
  }
}

interface DecidedFrames {
  readonly ins: HopRecord[];
  readonly outs: HopRecord[];
}

function tie(decision: DecisionEvent, taken: HopRecord, sent: HopRecord): void {
  // The decision is right about which frame became which, but a capture of an equal frame may be meant: time decides.
  if (decision.relation !== 'forwarded' || taken.to !== sent.from || taken.arrivalNs > sent.timeNs) return;
  taken.followers++;
  sent.previous ??= taken;
}

/** Removes and returns the oldest that is `fresh`, dropping older ones that are not. */
function take<T>(
  map: Map<number, T[]>,
  hash: number,
  fresh: (one: T, last: boolean) => boolean,
): T | undefined {
  const list = map.get(hash);
  if (list === undefined) return undefined;
  let found: T | undefined;
  while (found === undefined && list.length > 0) {
    const one = list.shift()!;
    if (fresh(one, list.length === 0)) found = one;
  }
  if (list.length === 0) map.delete(hash);
  return found;
}

function push<T>(map: Map<number, T[]>, hash: number, value: T): void {
  const list = map.get(hash);
  if (list) list.push(value);
  else map.set(hash, [value]);
}
