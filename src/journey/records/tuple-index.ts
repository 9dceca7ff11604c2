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

export interface TupleEntry {
  readonly direction: Journey['direction'];
  /** Several when translations of different, living flows came out alike. */
  readonly flows: readonly FlowRecord[];
}

/** Both directions of one conversation: kept as the lower end sends it. */
interface Conversation extends Tuple, TupleEntry {
  /** Another of the same hash. */
  readonly next: Conversation | undefined;
}

/** Which flow a tuple belongs to; each flow has the tuples of all its hops here, both ways. */
export class TupleIndex {
  /** By hash. */
  readonly #entries = new Versions<number, Conversation>();

  find(tuple: Tuple): TupleEntry | undefined {
    const isTurned = isFromHigher(tuple);
    const known = among(this.#entries.get(hash(tuple, isTurned)), tuple, isTurned);
    return known && isTurned ? { flows: known.flows, direction: opposite(known.direction) } : known;
  }

  /** The same, as far as its flows are still in the recording. */
  findKept(tuple: Tuple): TupleEntry | undefined {
    const entry = this.find(tuple);
    if (!entry?.flows.some(({ gone }) => gone)) return entry;
    const flows = entry.flows.filter(({ gone }) => !gone);
    return flows.length > 0 ? { direction: entry.direction, flows } : undefined;
  }

  /** Both directions of it. @param order Of the journey that it was seen with. */
  register(tuple: Tuple, flow: FlowRecord, direction: Journey['direction'], order: number): void {
    const isTurned = isFromHigher(tuple);
    const key = hash(tuple, isTurned);
    const first = this.#entries.get(key);
    const known = among(first, tuple, isTurned);
    const kept = isTurned ? opposite(direction) : direction;
    // A flow that is over, or an earlier one of the same client, makes room; so does all that went the other way.
    const others = known?.direction === kept ? known.flows : [];
    if (others.includes(flow)) return;
    const alive = others.filter((one) => !one.closed && !sameClient(one, flow));
    const { protocol, source, sourcePort, destination, destinationPort } = isTurned ? reversed(tuple) : tuple;
    const flows = alive.length === 0 ? [flow] : [...alive, flow];
    const next = without(first, known);
    const fresh = {
      ...{ protocol, source, sourcePort, destination, destinationPort },
      ...{ direction: kept, flows, next },
    };
    this.#entries.set(key, fresh, order);
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
    this.#entries.sweep(kept);
  }
}

function among(first: Conversation | undefined, tuple: Tuple, isTurned: boolean): Conversation | undefined {
  for (let one = first; one; one = one.next) {
    if (isTurned ? sameTurned(one, tuple) : same(one, tuple)) return one;
  }
  return undefined;
}

function without(first: Conversation | undefined, gone: Conversation | undefined): Conversation | undefined {
  if (first === undefined || gone === undefined) return first;
  return first === gone ? first.next : { ...first, next: without(first.next, gone) };
}

/** What is left of it and of those behind it. */
function kept(one: Conversation): Conversation | undefined {
  const next = one.next && kept(one.next);
  const flows = one.flows.filter(({ gone }) => !gone);
  if (flows.length === 0) return next;
  return next === one.next && flows.length === one.flows.length ? one : { ...one, flows, next };
}

/** Whichever way a packet goes, its conversation is looked for as the lower of the two ends sends it. */
function isFromHigher({ source, sourcePort, destination, destinationPort }: Tuple): boolean {
  return source > destination || (source === destination && sourcePort > destinationPort);
}

function opposite(direction: Journey['direction']): Journey['direction'] {
  return direction === 'request' ? 'reply' : 'request';
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

function sameTurned(a: Tuple, b: Tuple): boolean {
  return (
    a.source === b.destination &&
    a.destination === b.source &&
    a.sourcePort === b.destinationPort &&
    a.destinationPort === b.sourcePort &&
    a.protocol === b.protocol
  );
}

/** The same for both directions. */
function hash(tuple: Tuple, isTurned: boolean): number {
  const ports = isTurned
    ? (tuple.destinationPort << 16) | tuple.sourcePort
    : (tuple.sourcePort << 16) | tuple.destinationPort;
  let key = Math.imul((isTurned ? tuple.destination : tuple.source) ^ tuple.protocol, 0x85ebca6b);
  key = Math.imul((key ^ (key >>> 13)) + (isTurned ? tuple.source : tuple.destination), 0xc2b2ae35);
  key = Math.imul((key ^ (key >>> 15)) + ports, 0x27d4eb2f);
  return (key ^ (key >>> 14)) & 0x3fff_ffff;
}
