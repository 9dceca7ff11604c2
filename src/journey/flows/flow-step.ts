import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** What a flow was before one journey was added to it, to be restored when that journey turns out otherwise. */
export class FlowStep {
  readonly journey: JourneyRecord;
  readonly flow: FlowRecord;
  /** The arrival that the journey was found to answer. */
  provoker: HopRecord | undefined = undefined;
  /** What the journey sends: it stands last among those that send it. */
  segment: number | undefined = undefined;
  /** The first flow whose addresses and ports the journey's own took over. */
  reused: FlowRecord | undefined = undefined;
  readonly #flags: number;
  readonly #connections: number;
  readonly #replied: number;
  readonly #strangers: number;
  readonly #arrivals: number;
  readonly #request: string;
  readonly #response: string;
  readonly #synSequence: number | undefined;
  readonly #endNs: number;

  constructor(journey: JourneyRecord, flow: FlowRecord) {
    this.journey = journey;
    this.flow = flow;
    this.#connections = flow.connections.length;
    this.#replied = flow.replied.length;
    this.#strangers = flow.strangers.length;
    this.#arrivals = flow.arrivals.length;
    this.#flags =
      (flow.requestFin ? 1 : 0) | (flow.replyFin ? 2 : 0) | (flow.reset ? 4 : 0) | (flow.answered ? 8 : 0);
    this.#request = flow.request;
    this.#response = flow.response;
    this.#synSequence = flow.synSequence;
    this.#endNs = flow.endNs;
  }

  takeBack(): void {
    const { flow } = this;
    flow.journeys.pop();
    flow.acknowledgements?.shorten(flow.journeys.length);
    flow.connections.length = this.#connections;
    flow.replied.length = this.#replied;
    flow.strangers.length = this.#strangers;
    flow.arrivals.length = this.#arrivals;
    flow.requestFin = (this.#flags & 1) !== 0;
    flow.replyFin = (this.#flags & 2) !== 0;
    flow.reset = (this.#flags & 4) !== 0;
    flow.answered = (this.#flags & 8) !== 0;
    flow.request = this.#request;
    flow.response = this.#response;
    flow.synSequence = this.#synSequence;
    flow.endNs = this.#endNs;
    if (this.provoker) this.provoker.provoked = undefined;
    if (this.reused) this.reused.isReused = false;
    if (this.segment === undefined) return;
    const sent = flow.segments!.get(this.segment)!;
    if (sent.length > 1) sent.pop();
    else flow.segments!.delete(this.segment);
  }
}
