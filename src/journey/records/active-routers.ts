import type { Ipv4 } from '../../packet/address.ts';
import { isProblem } from '../../packet/problem.ts';
import type { VrrpLayer } from '../../packet/layers.ts';
import { addressesOf, decode, LONGEST_INTERVAL, STOPS } from '../../packet/vrrp.ts';
import type { FlowRecord } from './flow-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { NodeStates } from './node-states.ts';
import type { PlanIndex } from './plan-index.ts';

const NS_PER_HUNDREDTH = 10_000_000;
/** After so many intervals without any advertisement a router is not active any more. */
const SILENT = 2.5;

/** No advertisement promises another one later than this: 12 bits of hundredths of a second. */
const LONGEST_SILENCE_NS = SILENT * LONGEST_INTERVAL * NS_PER_HUNDREDTH;
/** Neighbours hear of a takeover within this; a burst of gratuitous ARP takes less than a millisecond. */
const ANNOUNCED_NS = 1e9;

/** One VRRP router while it says that it has an address. */
export interface ActiveRouter {
  readonly node: string;
  /** What it says is folded in this. */
  readonly flow: FlowRecord;
  /** The latest by which it said so. */
  readonly latest: JourneyRecord;
}

/** Who has the addresses that move between directors, by what VRRP routers said of themselves until then. */
export class ActiveRouters {
  readonly #flows = new Set<FlowRecord>();
  readonly #states: NodeStates;

  constructor(states: NodeStates) {
    this.#states = states;
  }

  /** What one router says while it is active. */
  add(flow: FlowRecord): void {
    this.#flows.add(flow);
  }

  /** In no order. Some may have no journeys as yet. */
  *flows(): Generator<FlowRecord> {
    for (const flow of this.#flows) {
      if (flow.gone) this.#flows.delete(flow);
      else yield flow;
    }
  }

  /**
   * Who says at that time that the address is here. Several only if they do not hear each other, or not yet: who has heard
   * of one with a higher priority has let go of it. Who does not run, or is cut off, says nothing.
   */
  at(address: Ipv4, timeNs: number, network: PlanIndex): ActiveRouter[] {
    const saying = [...this.flows()]
      .flatMap((flow) => sayingAt(flow, address, timeNs))
      .filter(({ latest: { first } }) => {
        const { port } = network.station(first.from, first.segment) ?? {};
        return this.#states.isUp(first.from, timeNs) && port?.down !== true;
      });
    return saying.filter((one) => !saying.some((other) => hasYielded(one, other, timeNs)));
  }

  /** The only one of `at`; undefined where several say so, or nobody. */
  ownerAt(address: Ipv4, timeNs: number, network: PlanIndex): ActiveRouter | undefined {
    const owners = this.at(address, timeNs, network);
    return owners.length === 1 ? owners[0] : undefined;
  }

  /** Whether its owner has had the address for so long that everybody on the link has heard of it. */
  isKnown({ node }: ActiveRouter, address: Ipv4, timeNs: number, network: PlanIndex): boolean {
    return this.ownerAt(address, timeNs - ANNOUNCED_NS, network)?.node === node;
  }
}

/**
 * Who else says, at the time of this advertisement, that it has the addresses. Not so who has a lower priority and cannot have
 * heard of this one yet, and not one that had not been heard of when this was said.
 */
export function rivalsOf(journey: JourneyRecord): ActiveRouter[] {
  const { from, timeNs, stage } = journey.first;
  const said = advertisementOf(journey);
  const [address] = said && said.priority !== STOPS ? addressesOf(said) : [];
  if (address === undefined) return [];
  return stage.routers
    .at(address, timeNs, stage.network)
    .filter(
      (other) =>
        other.node !== from &&
        !isTakingOver(journey, other) &&
        !isStillUnderWay(other.flow.journeys[0]!, from, timeNs),
    );
}

/** Its priority is higher, and the other one cannot have heard of it yet. */
function isTakingOver(journey: JourneyRecord, other: ActiveRouter): boolean {
  const [first] = journey.flow!.journeys;
  return (
    isHigher(journey, other.latest) &&
    (first === journey || isStillUnderWay(first!, other.node, journey.first.timeNs))
  );
}

/** Whether it gets to the node only after that time. */
function isStillUnderWay({ hops }: JourneyRecord, node: string, timeNs: number): boolean {
  return hops.some(({ to, received, arrivalNs }) => to === node && received && arrivalNs > timeNs);
}

function sayingAt(flow: FlowRecord, address: Ipv4, timeNs: number): ActiveRouter[] {
  // A recording may have many, and nearly all are over.
  if (flow.startNs > timeNs || timeNs - flow.endNs > LONGEST_SILENCE_NS) return [];
  const latest = flow.journeys.findLast(({ first }) => first.timeNs <= timeNs);
  const said = advertisementOf(latest);
  if (!latest || !said || said.priority === STOPS || !addressesOf(said).includes(address)) return [];
  return isSilentAt(latest, timeNs) ? [] : [{ node: latest.first.from, flow, latest }];
}

/** It has received, since it last spoke, what one with a higher priority says: RFC 9568, section 6.4.3. */
function hasYielded(one: ActiveRouter, other: ActiveRouter, timeNs: number): boolean {
  if (one === other || !isHigher(other.latest, one.latest)) return false;
  return other.flow.journeys.some(
    ({ first, hops }) =>
      first.timeNs <= timeNs &&
      hops.some(
        ({ to, received, arrivalNs, fate }) =>
          to === one.node &&
          received &&
          fate?.fate === 'accepted' &&
          arrivalNs > one.latest.first.timeNs &&
          arrivalNs <= timeNs,
      ),
  );
}

/** By priority, then by address: RFC 9568, section 6.4.3. */
export function isHigher(one: JourneyRecord, other: JourneyRecord): boolean {
  const [said, against] = [advertisementOf(one)?.priority ?? 0, advertisementOf(other)?.priority ?? 0];
  return said > against || (said === against && one.first.facts.source > other.first.facts.source);
}

/** Whether so much time has passed since the advertisement that its router does not count as active any more. */
export function isSilentAt(latest: JourneyRecord, timeNs: number): boolean {
  const interval = advertisementOf(latest)?.interval ?? 0;
  return timeNs - latest.first.timeNs > SILENT * interval * NS_PER_HUNDREDTH;
}

/** Of VRRP; `undefined` for what is none, or cannot be read. */
export function advertisementOf(journey: JourneyRecord | undefined): VrrpLayer | undefined {
  if (journey?.first.facts.kind !== 'vrrp') return undefined;
  const { bytes, l4At, payloadEnd } = journey.first.facts;
  const layer = decode(bytes, l4At, payloadEnd);
  return isProblem(layer) ? undefined : layer;
}
