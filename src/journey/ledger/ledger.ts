import type { RequestEvent } from '../../lab/events.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { Request } from '../report.ts';
import { EvictedTally } from './evicted-tally.ts';
import { RequestRecord } from '../records/request-record.ts';
import { requestView } from './request-view.ts';

/** When there are too many, so much of what may be there is kept: they are not looked through for each one. */
const KEPT_SHARE = 0.8;

/**
 * What was asked, by what the clients told. It is joined with the flows by client, protocol, addresses, source port and
 * time; whichever comes to be known first waits for the other.
 */
export class Ledger {
  readonly #byId = new Map<number, RequestRecord>();
  /** With the source port, or without where the client has not said it; in the order of asking. */
  readonly #records = new Map<string, RequestRecord[]>();
  /** Under both; in the order in which they were first looked at. */
  readonly #flows = new Map<string, FlowRecord[]>();
  readonly #listed = new WeakSet<FlowRecord>();
  /** Something is new about these, and their flows do not know. */
  #news = new Set<RequestRecord>();
  /** What is told of these is new since they were taken last. */
  #changed = new Set<RequestRecord>();

  /** Taken out, by what came of them. */
  readonly evicted = new EvictedTally();
  /** Of those, the numbers since they were taken last. */
  #removed: number[] = [];
  /** The same since the last sweep: their events may still be told again. */
  #gone = new Set<number>();
  /** Their flows are gone, and they have not ended. */
  readonly #orphans = new Set<RequestRecord>();
  /** Not looked through before there are so many. */
  #nextLook = 0;
  /** Those that are loads, in the order of asking. */
  readonly loads = new Set<RequestRecord>();
  /** Those whose clients waited no longer. */
  readonly #gaveUp = new Set<RequestRecord>();

  /** In the order of asking. */
  get records(): Iterable<RequestRecord> {
    return this.#byId.values();
  }

  /** Those whose clients waited no longer, in the order of asking. */
  get gaveUp(): RequestRecord[] {
    return [...this.#gaveUp].sort((a, b) => a.asked.id - b.asked.id);
  }

  /** An event that was added before changes nothing. */
  add(event: RequestEvent): void {
    if (this.#gone.has(event.id)) return;
    const known = this.#byId.get(event.id);
    if (known === undefined) {
      const record = new RequestRecord(event);
      // Of a recording that begins in between.
      if (event.end) this.#finish(record, event);
      this.#byId.set(event.id, record);
      if (event.entry.load) this.loads.add(record);
      listAt(this.#records, keyOf(record)).push(record);
      this.#changed.add(record);
      this.#news.add(record);
    } else if (event.end && known.end === undefined) {
      const before = keyOf(known);
      this.#finish(known, event);
      this.#changed.add(known);
      this.#news.add(known);
      if (keyOf(known) !== before) this.#move(known, before);
    }
  }

  /** Flows that may carry what is new since the last time. */
  takeNews(): Set<FlowRecord> {
    const found = new Set<FlowRecord>();
    for (const record of this.#news) {
      for (const flow of record.flows) found.add(flow);
      const flows = this.#flows.get(keyOf(record)) ?? [];
      for (let i = flows.length - 1; i >= 0; i--) {
        const flow = flows[i]!;
        if (record.mayBeIn(flow)) found.add(flow);
        else if (flow.endNs < record.asked.timeNs) break;
      }
    }
    this.#news = new Set();
    return found;
  }

  /** The requests that a flow carries, in the order of asking. What it carried before is forgotten. */
  look(flow: FlowRecord): readonly RequestRecord[] {
    this.#release(flow);
    const [plain, ported] = keysOf(flow);
    if (!this.#listed.has(flow)) {
      this.#listed.add(flow);
      listAt(this.#flows, plain).push(flow);
      listAt(this.#flows, ported).push(flow);
    }
    // A client that says no port later may be any of those that are not another's.
    let carried = carriedOf(flow, this.#candidates(ported, flow));
    if (carried.length === 0) carried = carriedOf(flow, this.#candidates(plain, flow));
    for (const record of carried) {
      record.flows.add(flow);
      this.#changed.add(record);
    }
    return carried;
  }

  /** The flow is gone: whoever it carried may be in another. */
  forget(flow: FlowRecord): void {
    for (const record of this.#release(flow)) this.#news.add(record);
    flow.requests = [];
  }

  /**
   * The flow is about to be taken out of the recording, and with it each request that has ended and is in no other. What
   * came of them stands on its frames.
   * @param isWhole See `requestView`.
   */
  evict(flow: FlowRecord, isWhole: boolean): void {
    const { requests } = flow;
    const views = new Map<RequestRecord, Request>();
    for (const record of requests)
      if (record.end && record.flows.size === 1) views.set(record, requestView(record, isWhole));
    for (const record of requests) record.isEvicted = true;
    this.forget(flow);
    for (const record of requests) {
      const view = views.get(record);
      if (view) this.#takeOut(record, view);
      else if (record.flows.size === 0) this.#orphans.add(record);
    }
  }

  /** Of more requests than `most` that have ended and have no flows, the oldest go; so do those that lost their flows before they ended. */
  limit(most: number, isWhole: boolean): void {
    for (const record of this.#orphans) {
      if (record.flows.size === 0 && !record.end) continue;
      this.#orphans.delete(record);
      if (record.flows.size === 0) this.#takeOut(record, requestView(record, isWhole));
    }
    if (this.#byId.size <= Math.max(most, this.#nextLook)) return;
    const idle = [...this.#byId.values()].filter(({ flows, end }) => flows.size === 0 && end);
    if (idle.length > most)
      for (const record of idle.slice(0, -Math.ceil(most * KEPT_SHARE)))
        this.#takeOut(record, requestView(record, isWhole));
    this.#nextLook = this.#byId.size * (2 - KEPT_SHARE);
  }

  /** Numbers of requests that are not kept any more, since they were taken last. */
  takeRemoved(): readonly number[] {
    const removed = this.#removed;
    this.#removed = [];
    return removed;
  }

  get needsSweep(): boolean {
    return this.#gone.size > (this.#gone.size + this.#byId.size) * (1 - KEPT_SHARE);
  }

  /** Whoever keeps events forgets those of these now. */
  takeGone(): ReadonlySet<number> {
    const gone = this.#gone;
    this.#gone = new Set();
    return gone;
  }

  /** Those of which something else is to be told than when they were taken last, in the order of asking. */
  takeChanged(): RequestRecord[] {
    const changed = [...this.#changed].sort((a, b) => a.asked.id - b.asked.id);
    this.#changed = new Set();
    return changed;
  }

  /** All flows are derived anew. */
  restart(): void {
    this.#flows.clear();
    for (const record of this.records) {
      if (record.flows.size > 0) this.#changed.add(record);
      record.flows.clear();
      this.#news.add(record);
    }
  }

  /** Forgets flows that are gone. */
  sweep(): void {
    for (const [key, flows] of this.#flows) {
      const kept = flows.filter(({ gone }) => !gone);
      if (kept.length > 0) this.#flows.set(key, kept);
      else this.#flows.delete(key);
    }
  }

  #finish(record: RequestRecord, event: RequestEvent): void {
    record.finish(event);
    const { outcome } = record.end!;
    if (outcome === 'timed-out' || outcome === 'partial') this.#gaveUp.add(record);
  }

  #takeOut(record: RequestRecord, view: Request): void {
    const { id } = record.asked;
    this.evicted.add(view);
    this.#byId.delete(id);
    this.loads.delete(record);
    this.#gaveUp.delete(record);
    const key = keyOf(record);
    const list = this.#records.get(key)!;
    list.splice(list.indexOf(record), 1);
    if (list.length === 0) this.#records.delete(key);
    this.#news.delete(record);
    this.#changed.delete(record);
    this.#gone.add(id);
    this.#removed.push(id);
  }

  #release(flow: FlowRecord): readonly RequestRecord[] {
    for (const record of flow.requests) {
      record.flows.delete(flow);
      this.#changed.add(record);
    }
    return flow.requests;
  }

  #candidates(key: string, flow: FlowRecord): RequestRecord[] {
    const all = this.#records.get(key) ?? [];
    const found: RequestRecord[] = [];
    for (let i = countUpTo(all, flow.endNs) - 1; i >= 0; i--) {
      const record = all[i]!;
      if (record.mayBeIn(flow)) found.push(record);
      else if (record.latestEndNs < flow.startNs) break;
    }
    return found.reverse();
  }

  #move(record: RequestRecord, before: string): void {
    const list = this.#records.get(before)!;
    list.splice(list.lastIndexOf(record), 1);
    const records = listAt(this.#records, keyOf(record));
    records.splice(countUpTo(records, record.asked.timeNs), 0, record);
  }
}

/**
 * A connection is one request, or one of a load's; a flow of datagrams or pings carries each request that sent something
 * while it lasted.
 */
function carriedOf(flow: FlowRecord, candidates: readonly RequestRecord[]): readonly RequestRecord[] {
  const loads = candidates.filter(({ asked }) => asked.entry.load);
  if (loads.length > 0) return loads;
  if (flow.kind === 'tcp') return candidates.filter(({ flows }) => flows.size === 0).slice(-1);
  const sentNs = flow.journeys.flatMap(({ direction, first }) =>
    direction === 'request' ? first.timeNs : [],
  );
  let at = 0;
  return candidates.filter(({ asked, endNs }) => {
    while (at < sentNs.length && sentNs[at]! < asked.timeNs) at++;
    return at < sentNs.length && sentNs[at]! <= endNs;
  });
}

/** How many were asked at `timeNs` or before. */
function countUpTo(records: readonly RequestRecord[], timeNs: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.asked.timeNs <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf({ asked: { protocol, node, entry }, sourcePort }: RequestRecord): string {
  const plain = `${protocol} ${node} ${entry.to}`;
  return sourcePort === undefined ? plain : `${plain} ${sourcePort}`;
}

function keysOf({ kind, client, serviceAddress, sourcePort }: FlowRecord): [plain: string, ported: string] {
  const plain = `${kind} ${client.node} ${serviceAddress}`;
  return [plain, `${plain} ${sourcePort}`];
}

function listAt<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}
