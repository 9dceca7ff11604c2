import type { RequestEvent } from '../../lab/events.ts';
import type { FlowRecord } from './flow-record.ts';

/** What a client may take beyond its own patience to tell its end. */
const LENIENCE_NS = 60e9;

/** A request as its client told of it, and the flows that carry it. */
export class RequestRecord {
  readonly asked: RequestEvent;
  readonly flows = new Set<FlowRecord>();
  /** A flow that carried it is not in the recording any more. */
  isEvicted = false;
  #ended: RequestEvent | undefined;

  constructor(asked: RequestEvent) {
    this.asked = asked;
  }

  /** Takes in the second event of the same request. */
  finish(ended: RequestEvent): void {
    this.#ended = ended;
  }

  get end(): RequestEvent['end'] {
    return this.#ended?.end;
  }

  get sourcePort(): number | undefined {
    return this.asked.sourcePort ?? this.#ended?.sourcePort;
  }

  /** One, or how many alike it stands for. */
  get times(): number {
    return this.asked.times ?? 1;
  }

  get endNs(): number {
    return this.#ended?.timeNs ?? Infinity;
  }

  /** When it must be over, by what was asked: whoever asked before it, as patient as this one, is then over, too. */
  get latestEndNs(): number {
    const { entry, timeNs } = this.asked;
    return timeNs + entry.timeoutNs + (entry.load?.durationNs ?? 0) + LENIENCE_NS;
  }

  /** By addresses, ports and time. */
  mayBeIn(flow: FlowRecord): boolean {
    const { node, entry, protocol, timeNs } = this.asked;
    const { sourcePort } = this;
    if (flow.gone || this.end?.outcome === 'unsent') return false;
    if (flow.kind !== protocol || flow.client.node !== node || flow.serviceAddress !== entry.to) return false;
    // The ports of a ping are its identifier.
    if (protocol !== 'icmp' && flow.service.port !== entry.port) return false;
    if (sourcePort !== undefined && flow.sourcePort !== sourcePort) return false;
    if (flow.startNs > this.endNs) return false;
    // A datagram follows others on the same ports; a connection is its own.
    return protocol === 'tcp' ? flow.startNs >= timeNs : flow.endNs >= timeNs;
  }
}
