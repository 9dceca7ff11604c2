import type { PlannedService } from '../../lab/topology/plan.ts';
import type { Ipv4 } from '../../packet/address.ts';
import type { FlowRecord } from './flow-record.ts';
import type { HopRecord, Stage } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { ReasonCode } from '../report.ts';
import { serviceOf } from './signature.ts';

/** A packet of a connection to a service, with what it is of. */
export interface Served {
  readonly journey: JourneyRecord;
  readonly flow: FlowRecord;
  readonly service: PlannedService;
  /** The node that was to give it to a server. */
  readonly director: string;
  /** The hop by which the director sent it on, if it did. */
  readonly sentOn: HopRecord | undefined;
  /** The hops by which it reached a server of the service. */
  readonly intoServer: readonly HopRecord[];
}

/** One packet, for a promise. */
export interface Packet {
  readonly journey: JourneyRecord;
  readonly flow: FlowRecord;
  readonly stage: Stage;
  /** What it is of a connection to a service; ICMP errors about one are not. */
  readonly served: Served | undefined;
}

export function packetOf(journey: JourneyRecord, stage: Stage): Packet {
  return { journey, flow: journey.flow!, stage, served: servedOf(journey) };
}

/** Where a packet came to its end, and why. */
export interface Trouble {
  readonly hop: HopRecord;
  readonly flow: FlowRecord;
  readonly reason: ReasonCode;
}

/** What was seen in one epoch of all packets that are not just as they should be. */
export class EpochEvidence {
  readonly stage: Stage;
  /** In their order. */
  readonly journeys: readonly JourneyRecord[];
  #served: readonly Served[] | undefined;
  #troubles: readonly Trouble[] | undefined;
  #reasons: ReadonlySet<ReasonCode> | undefined;

  constructor(stage: Stage, journeys: readonly JourneyRecord[]) {
    this.stage = stage;
    this.journeys = journeys;
  }

  /** The packets of connections to services; ICMP errors about them are not among these. */
  get served(): readonly Served[] {
    return (this.#served ??= this.journeys.flatMap((journey) => servedOf(journey) ?? []));
  }

  /** Arrivals that have a reason: what did not go well, and refusals. */
  get troubles(): readonly Trouble[] {
    return (this.#troubles ??= troublesOf(this.journeys));
  }

  /** Of `troubles`. */
  get reasons(): ReadonlySet<ReasonCode> {
    return (this.#reasons ??= new Set(this.troubles.map(({ reason }) => reason)));
  }
}

const NOWHERE: readonly HopRecord[] = [];

function servedOf(journey: JourneyRecord): Served | undefined {
  const flow = journey.flow!;
  const { hops, first } = journey;
  const service = first.facts.kind === flow.kind ? serviceOf(flow, first) : undefined;
  if (!service) return undefined;
  const director = directorOn(journey, service);
  let intoServer: HopRecord[] | undefined;
  for (const hop of hops) if (hop.received && isServer(service, hop.to)) (intoServer ??= []).push(hop);
  return {
    journey,
    flow,
    service,
    director,
    sentOn: hopFrom(journey, director),
    intoServer: intoServer ?? NOWHERE,
  };
}

/** Of several directors the one that the packet passed, or was sent to; else the preferred one. */
function directorOn({ hops }: JourneyRecord, service: PlannedService): string {
  if (!service.directors) return service.director;
  for (const { from, to, previous } of hops) {
    if (previous && service.directors.includes(from)) return from;
    if (service.directors.includes(to)) return to;
  }
  return service.director;
}

function troublesOf(journeys: readonly JourneyRecord[]): Trouble[] {
  const troubles: Trouble[] = [];
  for (const { hops, flow } of journeys) {
    for (const hop of hops) {
      const reason = hop.fate?.reason;
      if (reason) troubles.push({ hop, flow: flow!, reason });
    }
  }
  return troubles;
}

/** The packets that ended for one of these reasons. */
export function endedBy({ troubles, reasons }: EpochEvidence, ...wanted: readonly ReasonCode[]): Trouble[] {
  // Most reasons do not occur, and there may be many troubles.
  return wanted.some((reason) => reasons.has(reason))
    ? troubles.filter(({ reason }) => wanted.includes(reason))
    : [];
}

/** The hop by which `node` sent the packet on, if it was seen to; the first of several. */
export function hopFrom({ hops }: JourneyRecord, node: string): HopRecord | undefined {
  for (const hop of hops) if (hop.previous && !hop.overGap && hop.from === node) return hop;
  return undefined;
}

/** A request as the client meant it: addressed to the VIP. (A client may also reset what comes from elsewhere.) */
export function isRequest({ journey, flow }: Served): boolean {
  return journey.direction === 'request' && journey.first.facts.destination === flow.serviceAddress;
}

/** A reply that a server of the service sent. */
export function isServersReply({ journey, service }: Served): boolean {
  return journey.direction === 'reply' && isServer(service, journey.first.from);
}

/**
 * Whether the whole way of the packet was captured: every interface of each node that it touched. Only then does it say
 * anything that something was not seen, or that hops joined without the nodes between them do not agree.
 */
export function isWholeWaySeen({ hops }: JourneyRecord): boolean {
  return hops.every((hop) => {
    const { from, to, stage } = hop;
    return isAllSeen(from, stage) && isAllSeen(to, stage) && (!stage.isCapture || isRecorded(hop));
  });
}

/** In a capture, a record may be missing: both ends have this frame, and it came from where it was before. */
function isRecorded({ received, secondFrame, links, previous, overGap, from, stage }: HopRecord): boolean {
  const isSeenTwice = received && (secondFrame !== 0 || links?.copyOf !== undefined);
  return isSeenTwice && (previous ? !overGap : stage.network.isHost(from));
}

function isAllSeen(name: string, { network, points }: Stage): boolean {
  const node = network.node(name);
  return node === undefined || points.hasAll(node);
}

/** A director's own address on its way to a server. */
export function dipTowards(director: string, address: Ipv4, { network }: Stage): Ipv4 | undefined {
  const node = network.node(director);
  return node && network.route(node, address)?.port.address;
}

/** Not so for what was captured only when it was already on its way: then a router seems to have sent it. */
export function isSenders({ facts, from, stage: { network } }: HopRecord): boolean {
  const node = network.node(from)!;
  const { source } = facts;
  return (
    network.isServer(from) || network.isLocal(node, source) || network.directorsOf(source).includes(from)
  );
}

function isServer({ servers }: PlannedService, node: string): boolean {
  for (const { name } of servers) if (name === node) return true;
  return false;
}
