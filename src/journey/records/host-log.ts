import { NO_ADDRESS } from '../../packet/address.ts';
import type { HostEvent } from '../../lab/events.ts';
import type { FlowRecord } from './flow-record.ts';
import { reversed, type Tuple } from './tuple-index.ts';

/** What a kernel did with a packet that became no frame, or the last of several alike. */
export interface HostRecord {
  readonly event: HostEvent;
  readonly epoch: number;
}

/** Addresses are many where somebody scans; what differs in more than this many ways is not told one by one. */
const MOST_KEPT = 2000;
const NOTHING: readonly HostRecord[] = [];

/** What hosts told of packets that no frame shows: the latest of each kind, by epoch. */
export class HostLog {
  readonly #records = new Map<string, HostRecord>();
  readonly #byTuple = new Map<string, HostRecord[]>();
  #news: HostEvent[] = [];
  #told = 0;

  add(event: HostEvent, epoch: number): void {
    const key = keyOf(event, epoch);
    this.#news.push(event);
    this.#told++;
    if (!this.#records.has(key) && this.#records.size >= MOST_KEPT) return;
    const record = { event, epoch };
    const before = this.#records.get(key);
    this.#records.set(key, record);
    if (!event.packet) return;
    const tuple = tupleKey(tupleOf(event.packet));
    const others = (this.#byTuple.get(tuple) ?? []).filter((one) => one !== before);
    this.#byTuple.set(tuple, [...others, record]);
  }

  /** Events told since the last look. */
  take(): readonly HostEvent[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** How many were told since this was asked. */
  told(): number {
    const told = this.#told;
    this.#told = 0;
    return told;
  }

  ofEpoch(epoch: number): HostRecord[] {
    return [...this.#records.values()].filter((record) => record.epoch === epoch);
  }

  /** Of packets with these addresses and ports. */
  about(tuple: Tuple): readonly HostRecord[] {
    if (this.#byTuple.size === 0) return NOTHING;
    return this.#byTuple.get(tupleKey(tuple)) ?? [];
  }

  prune(oldestNs: number): void {
    for (const [key, { event }] of this.#records) if (event.timeNs < oldestNs) this.#records.delete(key);
    for (const [key, records] of this.#byTuple) {
      const kept = records.filter(({ event }) => event.timeNs >= oldestNs);
      if (kept.length === 0) this.#byTuple.delete(key);
      else this.#byTuple.set(key, kept);
    }
  }
}

export function tupleOf({
  protocol,
  source,
  destination,
  sourcePort = 0,
  destinationPort = 0,
}: NonNullable<HostEvent['packet']>): Tuple {
  return { protocol, source, destination, sourcePort, destinationPort };
}

function tupleKey({ protocol, source, sourcePort, destination, destinationPort }: Tuple): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}

/** The same packet told again is one. */
function keyOf(
  { node, segment = '', reason, nextHop = NO_ADDRESS, packet }: HostEvent,
  epoch: number,
): string {
  return `${epoch} ${node} ${segment} ${reason} ${nextHop} ${packet ? tupleKey(tupleOf(packet)) : ''}`;
}

/** What hosts told of packets of this flow that were never sent, in order of time. */
export function unsentOf({ journeys, startNs }: FlowRecord, hosts: HostLog): HostRecord[] {
  const found = new Set<HostRecord>();
  for (const { hops } of journeys) {
    for (const { facts } of hops) {
      for (const tuple of [facts, reversed(facts)]) {
        for (const record of hosts.about(tuple)) if (record.event.timeNs >= startNs) found.add(record);
      }
    }
  }
  return [...found].sort((a, b) => a.event.timeNs - b.event.timeNs);
}
