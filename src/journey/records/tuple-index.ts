import type { FlowRecord } from './flow-record.ts';
import type { Journey } from '../report.ts';

/** One direction of a conversation as a frame shows it. */
export interface Tuple {
  /** IP protocol; the EtherType for what is not IP. */
  readonly protocol: number;
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
}

export interface TupleEntry extends Tuple {
  readonly direction: Journey['direction'];
  /** Several when translations of different, living flows came out alike. */
  readonly flows: FlowRecord[];
}

/** Which flow a tuple belongs to; each flow has the tuples of all its hops here, both ways. */
export class TupleIndex {
  readonly #entries = new Map<number, TupleEntry[]>();

  find(tuple: Tuple): TupleEntry | undefined {
    const list = this.#entries.get(hash(tuple));
    if (list === undefined) return undefined;
    for (const entry of list) if (same(entry, tuple)) return entry;
    return undefined;
  }

  /** The same, as far as its flows are still in the recording. */
  findKept(tuple: Tuple): TupleEntry | undefined {
    const entry = this.find(tuple);
    if (!entry?.flows.some(({ gone }) => gone)) return entry;
    entry.flows.splice(0, entry.flows.length, ...entry.flows.filter(({ gone }) => !gone));
    return entry.flows.length > 0 ? entry : undefined;
  }

  /** Both directions of it. What is to be done to forget it again is added to `undo`. */
  register(tuple: Tuple, flow: FlowRecord, direction: Journey['direction'], undo: (() => void)[]): void {
    const known = this.find(tuple);
    if (known?.direction === direction && known.flows.includes(flow)) return;
    this.#register(tuple, flow, direction, undo);
    this.#register(reversed(tuple), flow, direction === 'request' ? 'reply' : 'request', undo);
  }

  /** Forgets flows that are gone. */
  sweep(): void {
    for (const [key, list] of this.#entries) {
      if (!list.some(({ flows }) => flows.some(({ gone }) => gone))) continue;
      for (const { flows } of list) flows.splice(0, flows.length, ...flows.filter(({ gone }) => !gone));
      const kept = list.filter(({ flows }) => flows.length > 0);
      if (kept.length === 0) this.#entries.delete(key);
      else this.#entries.set(key, kept);
    }
  }

  #register(tuple: Tuple, flow: FlowRecord, direction: Journey['direction'], undo: (() => void)[]): void {
    const key = hash(tuple);
    const list = this.#entries.get(key);
    const entry = list?.find((one) => same(one, tuple));
    if (entry && entry.direction === direction) {
      if (entry.flows.includes(flow)) return;
      const before = [...entry.flows];
      undo.push(() => entry.flows.splice(0, entry.flows.length, ...before));
      // A flow that is over, or an earlier one of the same client, makes room.
      const alive = entry.flows.filter((one) => !one.closed && !sameClient(one, flow));
      entry.flows.splice(0, entry.flows.length, ...alive, flow);
      return;
    }
    const { protocol, source, sourcePort, destination, destinationPort } = tuple;
    const fresh = { protocol, source, sourcePort, destination, destinationPort, direction, flows: [flow] };
    if (list === undefined) {
      this.#entries.set(key, [fresh]);
      undo.push(() => this.#entries.delete(key));
    } else if (entry) {
      const place = list.indexOf(entry);
      list[place] = fresh;
      undo.push(() => (list[place] = entry));
    } else {
      list.push(fresh);
      undo.push(() => list.pop());
    }
  }
}

export function reversed(tuple: Tuple): Tuple {
  return {
    protocol: tuple.protocol,
    source: tuple.destination,
    sourcePort: tuple.destinationPort,
    destination: tuple.source,
    destinationPort: tuple.sourcePort,
  };
}

export function same(a: Tuple, b: Tuple): boolean {
  return (
    a.source === b.source &&
    a.destination === b.destination &&
    a.sourcePort === b.sourcePort &&
    a.destinationPort === b.destinationPort &&
    a.protocol === b.protocol
  );
}

function sameClient(a: FlowRecord, b: FlowRecord): boolean {
  return (
    a.clientAddress === b.clientAddress &&
    a.client.port === b.client.port &&
    a.serviceAddress === b.serviceAddress &&
    a.service.port === b.service.port
  );
}

function hash({ protocol, source, sourcePort, destination, destinationPort }: Tuple): number {
  let key = Math.imul(source ^ protocol, 0x85ebca6b);
  key = Math.imul((key ^ (key >>> 13)) + destination, 0xc2b2ae35);
  key = Math.imul((key ^ (key >>> 15)) + ((sourcePort << 16) | destinationPort), 0x27d4eb2f);
  return (key ^ (key >>> 14)) & 0x3fff_ffff;
}
