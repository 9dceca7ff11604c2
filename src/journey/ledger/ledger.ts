import type { RequestEvent } from '../../lab/events.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import { RequestRecord } from '../records/request-record.ts';

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

  /** Those that are loads, in the order of asking. */
  readonly loads: RequestRecord[] = [];

  /** In the order of asking. */
  get records(): Iterable<RequestRecord> {
    return this.#byId.values();
  }

  /** An event that was added before changes nothing. */
  add(event: RequestEvent): void {
    const known = this.#byId.get(event.id);
    if (known === undefined) {
      const record = new RequestRecord(event);
      // Of a recording that begins in between.
      if (event.end) record.finish(event);
      this.#byId.set(event.id, record);
      if (event.entry.load) this.loads.push(record);
      listAt(this.#records, keyOf(record)).push(record);
      this.#changed.add(record);
      this.#news.add(record);
    } else if (event.end && known.end === undefined) {
      const before = keyOf(known);
      known.finish(event);
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

  /** The flow is taken out of the recording. */
  evict(flow: FlowRecord): void {
    for (const record of flow.requests) record.isEvicted = true;
    this.forget(flow);
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
