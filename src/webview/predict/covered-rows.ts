import { asIpv4 } from '../../packet/address.ts';
import type { LaneView } from '../../panel-protocol/messages.ts';
import { NO_NODE } from '../../panel-protocol/records.ts';
import type { FlowRow } from '../records/flow-row.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { Rows } from '../records/rows.ts';
import { coveredFrom, requestsOf, type Cover, type Requests } from './cover.ts';

/** Nothing of a covered hop but who sent it to whom, where and when. */
const blank = {
  covered: true,
  length: 0,
  sourceMac: NO_NODE,
  destinationMac: NO_NODE,
  ttl: 0,
  protocol: 0,
  expected: 0,
  source: asIpv4(0),
  destination: asIpv4(0),
  sourcePort: 0,
  destinationPort: 0,
  outerSource: asIpv4(0),
  outerDestination: asIpv4(0),
  signature: 0,
  routine: 0,
  reason: '',
  decision: '',
  unexpected: [],
  confidence: 'certain',
  fate: 'forwarded',
  encapsulated: false,
  cut: false,
  fragment: false,
} as const satisfies Partial<HopRow>;

/**
 * The rows with nothing in them that would tell what a forwarder did before the reader has said it. Whatever shows rows
 * is given these instead of the ones that came, so that no part of the panel has to know what may be said.
 */
export class CoveredRows implements Rows {
  readonly #rows: Rows;
  readonly #lanes: readonly LaneView[];
  readonly #cover: Cover;
  /** Of each flow that was looked at; rows do not change while this is in use. */
  readonly #requests = new Map<number, Requests>();
  readonly #from = new Map<number, number>();

  constructor(rows: Rows, lanes: readonly LaneView[], cover: Cover) {
    this.#rows = rows;
    this.#lanes = lanes;
    this.#cover = cover;
  }

  get version(): number {
    return this.#rows.version;
  }

  get flowCount(): number {
    return this.#rows.flowCount;
  }

  get journeyCount(): number {
    return this.#rows.journeyCount;
  }

  get hopCount(): number {
    return this.#rows.hopCount;
  }

  flowIds(): IterableIterator<number> {
    return this.#rows.flowIds();
  }

  startOf(flow: number): number {
    return this.#rows.startOf(flow);
  }

  endOf(flow: number): number {
    return this.#rows.endOf(flow);
  }

  hasFailed(flow: number): boolean {
    return this.#rows.hasFailed(flow);
  }

  isArp(flow: number): boolean {
    return this.#rows.isArp(flow);
  }

  isWrong(flow: number): boolean {
    return this.hasFailed(flow) || this.flow(flow)?.expected === 2;
  }

  journeyIds(flow: number): readonly number[] {
    return this.#rows.journeyIds(flow);
  }

  hopCountOf(journey: number): number {
    return this.#rows.hopCountOf(journey);
  }

  /** That it failed can be seen from the client; where and why follows from what was done to it. */
  flow(id: number): FlowRow | undefined {
    const flow = this.#rows.flow(id);
    const isOpen = this.#rows.journeyIds(id).every((journey) => this.#coveredFrom(journey) === Infinity);
    return flow && !isOpen ? { ...flow, reason: '', at: NO_NODE, expected: 0 } : flow;
  }

  journey(id: number): JourneyRow | undefined {
    const journey = this.#rows.journey(id);
    if (!journey || this.#coveredFrom(id) === Infinity) return journey;
    const detail = journey.kind === 'icmp-error' ? '' : journey.detail;
    return { ...journey, outcome: 'arrived', confidence: 'certain', expected: 0, reason: '', detail };
  }

  isUnexpected(id: number): boolean {
    return this.#coveredFrom(id) === Infinity && this.#rows.isUnexpected(id);
  }

  hopsOf(journey: number): HopRow[] {
    const hops = this.#rows.hopsOf(journey);
    const from = this.#coveredFrom(journey);
    if (from === Infinity) return hops;
    return hops.map((hop) => {
      if (hop.index >= from) return { ...hop, ...blank };
      // Whom the forwarder chose, or why it did not, is what the next hop shows.
      return this.#lanes[hop.to]?.forwards ? { ...hop, reason: '', decision: '' } : hop;
    });
  }

  #coveredFrom(id: number): number {
    let from = this.#from.get(id);
    if (from !== undefined) return from;
    const journey = this.#rows.journey(id);
    from = journey
      ? coveredFrom(journey, this.#rows, this.#lanes, this.#cover, this.#requestsOf(journey.flow))
      : Infinity;
    this.#from.set(id, from);
    return from;
  }

  #requestsOf(flow: number): Requests {
    let requests = this.#requests.get(flow);
    if (requests === undefined) {
      requests = requestsOf(flow, this.#rows, this.#lanes, this.#cover);
      this.#requests.set(flow, requests);
    }
    return requests;
  }
}
