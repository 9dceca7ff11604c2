import type { Ipv4 } from '../../packet/address.ts';
import { Versions } from './versions.ts';
import type { FlowRecord } from './flow-record.ts';
import type { Journey } from '../report.ts';

/** One direction of a conversation as a frame shows it. */
export interface Tuple {
  /** IP protocol; the EtherType for what is not IP. */
  readonly protocol: number;
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
}

export interface TupleEntry extends Tuple {
  readonly direction: Journey['direction'];
  /** Several when translations of different, living flows came out alike. */
  readonly flows: readonly FlowRecord[];
}

/** Which flow a tuple belongs to; each flow has the tuples of all its hops here, both ways. */
export class TupleIndex {
  /** By hash. */
  readonly #entries = new Versions<number, readonly TupleEntry[]>();

  find(tuple: Tuple): TupleEntry | undefined {
    const list = this.#entries.get(hash(tuple));
    if (list === undefined) return undefined;
    for (const entry of list) if (same(entry, tuple)) return entry;
    return undefined;
  }

  /** The same, as far as its flows are still in the recording. */
  findKept(tuple: Tuple): TupleEntry | undefined {
    const entry = this.find(tuple);
    return entry && keptOf(entry);
  }

  /** Both directions of it. @param order Of the journey that it was seen with. */
  register(tuple: Tuple, flow: FlowRecord, direction: Journey['direction'], order: number): void {
    const known = this.find(tuple);
    if (known?.direction === direction && known.flows.includes(flow)) return;
    this.#register(tuple, flow, direction, order);
    this.#register(reversed(tuple), flow, direction === 'request' ? 'reply' : 'request', order);
  }

  /** As if nothing had been registered from this order on. */
  takeBack(order: number): void {
    this.#entries.takeBack(order);
  }

  /** What was registered up to this order is not taken back any more. */
  settle(order: number): void {
    this.#entries.settle(order);
  }

  /** Forgets flows that are gone. */
  sweep(): void {
    this.#entries.sweep((list) => {
      if (!list.some(({ flows }) => flows.some(({ gone }) => gone))) return list;
      const kept = list.flatMap((entry) => keptOf(entry) ?? []);
      return kept.length > 0 ? kept : undefined;
    });
  }

  #register(tuple: Tuple, flow: FlowRecord, direction: Journey['direction'], order: number): void {
    const key = hash(tuple);
    const list = this.#entries.get(key);
    const entry = list?.find((one) => same(one, tuple));
    // A flow that is over, or an earlier one of the same client, makes room; so does all that went the other way.
    const others = entry?.direction === direction ? entry.flows : [];
    if (others.includes(flow)) return;
    const alive = others.filter((one) => !one.closed && !sameClient(one, flow));
    const { protocol, source, sourcePort, destination, destinationPort } = tuple;
    const flows = [...alive, flow];
    const fresh = { protocol, source, sourcePort, destination, destinationPort, direction, flows };
    const rest = list?.filter((one) => one !== entry) ?? [];
    this.#entries.set(key, [...rest, fresh], order);
  }
}

function keptOf(entry: TupleEntry): TupleEntry | undefined {
  if (!entry.flows.some(({ gone }) => gone)) return entry;
  const flows = entry.flows.filter(({ gone }) => !gone);
  return flows.length > 0 ? { ...entry, flows } : undefined;
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
