import type { PlannedNode, PlannedService } from '../lab/topology/plan.ts';
import { destinationOf, dontFragmentOf, isFragment, trafficClassOf, ttlOf } from '../packet/ipv4.ts';
import type { FlowRecord } from './flow-record.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { HopRecord } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { Network } from './network.ts';
import { serviceOf } from './signature.ts';

/**
 * What every header of one hop must be, by the plan and the journey's first hop. `undefined` where nothing can be
 * foretold. What no model touches (id, sequence numbers, options, payload) must be as in `base`.
 * This is the truth table written a second time, on purpose: it shares no code with the forwarder it judges.
 */
export interface Prediction {
  readonly base: FrameFacts;
  readonly etherDestination: number | undefined;
  readonly etherSource: number | undefined;
  readonly outer: OuterHeader | undefined;
  readonly source: number | undefined;
  readonly destination: number | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly ttl: number | undefined;
}

export interface OuterHeader {
  readonly source: number;
  readonly destination: number;
  readonly ttl: number;
  readonly trafficClass: number;
  readonly dontFragment: boolean;
}

const FIRST_TTL = 64;

/** One per hop, in the order of the journey's hops; `undefined` where the model says nothing. */
export function predict(journey: JourneyRecord): (Prediction | undefined)[] {
  const { hops } = journey;
  const made = new Map<HopRecord, Prediction | undefined>();
  return hops.map((hop) => {
    const before = hop.previous && made.get(hop.previous);
    const prediction = hop.previous ? before && nextHop(before, hop, journey) : firstHop(journey, hop);
    made.set(hop, prediction);
    return prediction;
  });
}

function firstHop(journey: JourneyRecord, hop: HopRecord): Prediction | undefined {
  const { facts } = hop;
  if (facts.kind === 'arp') return arpReply(hop);
  const node = hop.stage.network.node(hop.from);
  if (facts.ipAt === 0 || facts.outerAt !== 0 || node === undefined || isPiece(facts)) return undefined;
  const flow = journey.flow!;
  const own = node.role === 'client' || node.role === 'server';
  const addressed = addresses(journey, hop);
  return {
    base: facts,
    ...macs(hop, node, addressed.destination ?? facts.destination, replyPath(journey, hop)),
    outer: undefined,
    ...addressed,
    // An outside server is somebody else's machine: its TTL is its own.
    ttl: own && !(journey.direction === 'reply' && crossesNat(flow)) ? FIRST_TTL : undefined,
  };
}

/** Addresses and ports as a connection's packets have them at their sender; `undefined` for other packets. */
function addresses(
  journey: JourneyRecord,
  hop: HopRecord,
): Pick<Prediction, 'source' | 'destination' | 'sourcePort' | 'destinationPort'> {
  const { facts, from, stage } = hop;
  const flow = journey.flow!;
  const service = serviceOf(flow, hop);
  const server = service?.servers.find(({ name }) => name === from);
  const vip = { address: flow.serviceAddress, port: flow.service.port ?? facts.sourcePort };
  const client = { address: flow.clientAddress, port: flow.client.port ?? facts.destinationPort };
  const ported = facts.kind === 'tcp' || facts.kind === 'udp';
  if (!ported || !service || !server || journey.direction === 'request') {
    const { source, destination, sourcePort, destinationPort } = facts;
    return { source, destination, sourcePort, destinationPort };
  }
  if (service.model !== 'dnat') return between(vip, client);
  const real = { address: server.address, port: server.port };
  if (!service.snat) return between(real, client);
  const way = directorWay(stage.network, service, server.address);
  const port = choiceOf(flow)?.sourcePort;
  return way && port !== undefined
    ? between(real, { address: way.port.address, port })
    : { source: real.address, destination: way?.port.address, sourcePort: real.port, destinationPort: port };
}

interface Socket {
  readonly address: number;
  readonly port: number;
}

function between(from: Socket, to: Socket) {
  return {
    source: from.address,
    sourcePort: from.port,
    destination: to.address,
    destinationPort: to.port,
  };
}

function nextHop(before: Prediction, hop: HopRecord, journey: JourneyRecord): Prediction | undefined {
  const node = hop.stage.network.node(hop.from);
  if (node === undefined || isPiece(hop.facts)) return undefined;
  if (node.forwarder) return forwarded(before, hop, journey, node);
  const { outer } = before;
  const target = outer?.destination ?? before.destination ?? hop.facts.destination;
  return {
    ...before,
    ...macs(hop, node, target),
    outer: outer && { ...outer, ttl: outer.ttl - 1 },
    ttl: outer || before.ttl === undefined ? before.ttl : before.ttl - 1,
  };
}

/** What a director or NAT router makes of a packet. */
function forwarded(
  before: Prediction,
  hop: HopRecord,
  journey: JourneyRecord,
  node: PlannedNode,
): Prediction | undefined {
  const flow = journey.flow!;
  const ttl = before.ttl === undefined || !node.forwarder!.decrementTtl ? before.ttl : before.ttl - 1;
  const arrived = { ...before, ttl };
  if (node.forwarder!.nat) return natted(arrived, hop, journey, node);
  const service = serviceOf(flow, hop);
  if (service === undefined || before.base.quoted) return undefined;
  return journey.direction === 'request'
    ? balanced(arrived, hop, flow, service, node)
    : returned(arrived, hop, flow, service, node);
}

function balanced(
  before: Prediction,
  hop: HopRecord,
  flow: FlowRecord,
  service: PlannedService,
  node: PlannedNode,
): Prediction | undefined {
  const choice = choiceOf(flow);
  const server = service.servers.find(({ name }) => name === choice?.server);
  if (server === undefined) return undefined;
  const { network } = hop.stage;
  const way = network.route(node, server.address);
  const moved = { ...before, ...macs(hop, node, server.address) };
  if (service.model === 'dr') return moved;
  if (service.model === 'tun') {
    const { bytes, ipAt } = before.base;
    const outer = {
      source: way?.port.address ?? 0,
      destination: server.address,
      ttl: before.ttl ?? ttlOf(hop.facts.bytes, hop.facts.ipAt),
      trafficClass: trafficClassOf(bytes, ipAt),
      dontFragment: dontFragmentOf(bytes, ipAt),
    };
    return { ...moved, outer };
  }
  const rewritten = { ...moved, destination: server.address, destinationPort: server.port };
  return service.snat
    ? { ...rewritten, source: way?.port.address, sourcePort: choice?.sourcePort }
    : rewritten;
}

/** A reply at the director: dnat restores the addresses; in dr and tun it has no business there. */
function returned(
  before: Prediction,
  hop: HopRecord,
  flow: FlowRecord,
  service: PlannedService,
  node: PlannedNode,
): Prediction | undefined {
  if (service.model !== 'dnat') return undefined;
  return {
    ...before,
    ...macs(hop, node, flow.clientAddress),
    ...between(
      { address: service.vip, port: service.port },
      { address: flow.clientAddress, port: flow.client.port! },
    ),
  };
}

function natted(
  before: Prediction,
  hop: HopRecord,
  journey: JourneyRecord,
  node: PlannedNode,
): Prediction | undefined {
  const flow = journey.flow!;
  if (before.base.quoted || hop.facts.kind === 'ip') return undefined;
  const outside = node.forwarder!.interfaces[node.forwarder!.nat!.outside];
  if (journey.direction === 'request') {
    const moved = { ...before, ...macs(hop, node, before.destination ?? hop.facts.destination) };
    return outside && { ...moved, source: outside.address, ...echoPorts(hop, choiceOf(flow)?.sourcePort) };
  }
  const port = flow.client.port ?? flow.journeys[0]!.first.facts.sourcePort;
  const moved = { ...before, ...macs(hop, node, flow.clientAddress), destination: flow.clientAddress };
  return hop.facts.kind === 'icmp'
    ? { ...moved, ...echoPorts(hop, port) }
    : { ...moved, destinationPort: port };
}

/** An echo's identifier plays both ports. */
function echoPorts({ facts }: HopRecord, port: number | undefined): Partial<Prediction> {
  return facts.kind === 'icmp' ? { sourcePort: port, destinationPort: port } : { sourcePort: port };
}

/** How a server's reply must leave: by its routes, past the director (dr, tun), or through it (dnat without snat). */
type ReplyPath = 'routed' | 'around' | { readonly through: string };

function replyPath(journey: JourneyRecord, hop: HopRecord): ReplyPath {
  const service = serviceOf(journey.flow!, hop);
  const isReply = journey.direction === 'reply' && service?.servers.some(({ name }) => name === hop.from);
  if (!service || !isReply) return 'routed';
  if (service.model !== 'dnat') return 'around';
  return service.snat ? 'routed' : { through: service.director };
}

/** MACs of a frame that `node` sends towards `target`. */
function macs(
  { stage: { network } }: HopRecord,
  node: PlannedNode,
  target: number,
  path: ReplyPath = 'routed',
): Pick<Prediction, 'etherSource' | 'etherDestination'> {
  const way = network.route(node, target);
  if (way === undefined) return { etherSource: undefined, etherDestination: undefined };
  let etherDestination = network.macOf(way.nextHop, way.port.segment);
  const owner = etherDestination === undefined ? undefined : network.stationOfMac(etherDestination);
  // A server whose gateway is set up against the model is still judged by the model.
  if (path === 'around' && owner && network.isDirector(owner.node.name)) {
    etherDestination = routerOn(network, way.port.segment);
  } else if (typeof path === 'object') {
    etherDestination = network.station(path.through, way.port.segment)?.port.mac ?? etherDestination;
  }
  return { etherSource: way.port.mac, etherDestination };
}

function routerOn(network: Network, segment: string): number | undefined {
  for (const node of network.plan.nodes) {
    if (node.role !== 'router' || node.forwarder) continue;
    const station = network.station(node.name, segment);
    if (station) return station.port.mac;
  }
  return undefined;
}

function directorWay(network: Network, service: PlannedService, address: number) {
  const director = network.node(service.director);
  return director && network.route(director, address);
}

/** Which server a connection was given, and the source port it has behind the director: seen once, then fixed. */
export function choiceOf(
  flow: FlowRecord,
): { readonly server: string; readonly sourcePort: number } | undefined {
  if (flow.choice !== undefined) return flow.choice;
  for (const { direction, hops } of flow.journeys) {
    if (direction !== 'request') continue;
    const hop = hops.find(({ from, previous, stage }) => previous && stage.network.node(from)?.forwarder);
    if (hop) return (flow.choice = { server: chosenServer(hop), sourcePort: hop.facts.sourcePort });
  }
  return undefined;
}

function chosenServer(hop: HopRecord): string {
  if (hop.sentBy?.server) return hop.sentBy.server;
  const { network } = hop.stage;
  const { facts } = hop;
  const outer = facts.outerAt
    ? network.stationOfAddress(destinationOf(facts.bytes, facts.outerAt))
    : undefined;
  return (outer ?? network.stationOfAddress(facts.destination))?.node.name ?? hop.to;
}

function crossesNat(flow: FlowRecord): boolean {
  return flow.stage.network.plan.nodes.some(({ forwarder }) => forwarder?.nat !== undefined);
}

/** A reply's MACs: whoever has the address, for a VIP the director. */
function arpReply(hop: HopRecord): Prediction | undefined {
  const { facts, stage, segment } = hop;
  const owner = facts.arpOperation === 2 ? stage.network.macOf(facts.source, segment) : undefined;
  if (owner === undefined) return undefined;
  return {
    base: facts,
    etherSource: owner,
    etherDestination: stage.network.macOf(facts.destination, segment),
    outer: undefined,
    source: undefined,
    destination: undefined,
    sourcePort: undefined,
    destinationPort: undefined,
    ttl: undefined,
  };
}

/** Fragments hold only parts of what is foretold. */
function isPiece(facts: FrameFacts): boolean {
  return isFragment(facts.bytes, facts.routedAt) || isFragment(facts.bytes, facts.ipAt);
}
