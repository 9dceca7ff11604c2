import type { PlannedService } from '../../lab/topology/plan.ts';
import { models } from '../../models/models.ts';
import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import { addressesOf } from '../../packet/vrrp.ts';
import { advertisementOf, isHigher, rivalsOf, type ActiveRouter } from '../records/active-routers.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { directorsOf, type PlanIndex, type Station } from '../records/plan-index.ts';
import type { Failures, Finding, Rule } from './finding.ts';

/** So many frames show it; while it lasts, each advertisement does. */
const SHOWN = 3;

/** Two routers say at the same time that they have the addresses: the one with the lower priority does not hear the other. */
export const twoMasters: Rule = ({ journeys }) => {
  const shown = new Map<FlowRecord, number>();
  return journeys.flatMap((journey) => {
    if (journey.kind !== 'vrrp-advertisement') return [];
    return rivalsOf(journey).flatMap((rival) => {
      const finding = besides(journey, rival);
      const count = shown.get(finding.flow) ?? 0;
      shown.set(finding.flow, count + 1);
      return count < SHOWN ? [finding] : [];
    });
  });
};

function besides(journey: JourneyRecord, rival: ActiveRouter): Finding & { readonly flow: FlowRecord } {
  const isLower = !isHigher(journey, rival.latest);
  const [lower, higher] = isLower ? [journey, rival.latest] : [rival.latest, journey];
  const [{ from: to, stage }, { from }] = [lower.first, higher.first];
  const unheard = lostOn(higher.flow!, to, journey.first.timeNs);
  const said = advertisementOf(lower);
  return {
    place: to,
    flow: lower.flow!,
    hops: [...unheard.slice(-1), journey.first],
    params: { from, to, addresses: (said ? addressesOf(said) : []).map(formatIpv4).join(', ') },
    ...(unheard.length > 0
      ? { setting: lostBy(unheard.at(-1)!, stage.network) }
      : { wording: 'explanation.two-masters-unheard' }),
  };
}

/** Advertisements that did not reach the node until then. */
function lostOn({ journeys }: FlowRecord, node: string, timeNs: number): HopRecord[] {
  return journeys
    .filter(({ first }) => first.timeNs <= timeNs)
    .flatMap(({ hops }) => hops.filter((hop) => hop.to === node && isMissed(hop)));
}

function isMissed({ received, fate }: HopRecord): boolean {
  return !received || fate?.fate === 'lost' || fate?.fate === 'dropped';
}

/** The setting by which the frame did not get there. */
function lostBy(hop: HopRecord, network: PlanIndex): string | undefined {
  const { from, to, segment, fate } = hop;
  const at = (node: string, key: string): string => `nodes.${node}.at.${segment}.${key}`;
  if (fate?.reason === 'filtered') return at(to, 'drop');
  if (fate?.reason === 'link-loss')
    return at((network.station(from, segment)?.port.loss ?? 0) > 0 ? from : to, 'loss');
  return undefined;
}

/**
 * What is for the VIP was sent to a director that does not have it, because the sender still believes what it knew of before:
 * while another director says that the VIP is there.
 */
export const staleNeighbour: Rule = (evidence) => {
  const { stage } = evidence;
  return evidence.served.flatMap(({ journey: { hops, direction }, flow, service }): Finding[] => {
    if (!service.directors || direction !== 'request') return [];
    const hop = hops.find(
      ({ facts, to }) => facts.destination === service.vip && directorsOf(service).includes(to),
    );
    const owner = hop && ownerBesides(hop, service.vip, evidence);
    // What is sent sooner is of the takeover itself.
    if (!owner || !stage.routers.isKnown(owner, service.vip, hop.timeNs, stage.network)) return [];
    const told = announcementsTo(hop, owner, evidence);
    return [
      {
        place: `${hop.from} ${hop.to}`,
        flow,
        hops: [hop, ...told.slice(-1)],
        params: {
          node: hop.from,
          vip: formatIpv4(service.vip),
          old: hop.to,
          director: owner.node,
        },
        ...causeOf(hop, owner, told, evidence),
      },
    ];
  });
};

/** Who has the VIP, if that is one and not the director that the packet was sent to, where it came to nothing. */
function ownerBesides(hop: HopRecord, vip: Ipv4, { stage }: Failures): ActiveRouter | undefined {
  if (!isMissed(hop)) return undefined;
  const owner = stage.routers.ownerAt(vip, hop.timeNs, stage.network);
  return owner?.node === hop.to ? undefined : owner;
}

/**
 * A server's way back is a director that has the VIP no longer: its gateway did not move with that. Either the reply was sent
 * there, or nobody answers for the gateway's address.
 */
export const gatewayStays: Rule = (evidence) => [...sentBack(evidence), ...heldBack(evidence)];

function sentBack(evidence: Failures): Finding[] {
  return evidence.served.flatMap(({ journey: { hops, direction }, flow, service }): Finding[] => {
    if (direction !== 'reply') return [];
    const hop = hops.find(({ from, to }) => isWayBack(service, from, to));
    const owner = hop && ownerBesides(hop, service.vip, evidence);
    const gateway = owner && ownGateway(hop.from, hop.facts.destination, service, evidence);
    return gateway ? [{ ...stays(hop.from, gateway, owner.node, service), flow, hops: [hop] }] : [];
  });
}

function heldBack(evidence: Failures): Finding[] {
  const { stage, unsent } = evidence;
  return unsent.flatMap(({ event: { node, timeNs }, flow }): Finding[] => {
    const service = flow && stage.network.plan.services.find(({ vip }) => vip === flow.serviceAddress);
    const gateway = service && ownGateway(node, flow.clientAddress, service, evidence);
    if (!gateway || !isWayBack(service, node, gateway.node.name)) return [];
    const owner = stage.routers.ownerAt(service.vip, timeNs, stage.network);
    if (!owner || owner.node === gateway.node.name) return [];
    return [{ ...stays(node, gateway, owner.node, service), flow, hops: [] }];
  });
}

function isWayBack({ model, directors = [], servers }: PlannedService, from: string, to: string): boolean {
  return models[model].translates && directors.includes(to) && servers.some(({ name }) => name === from);
}

/** The director by whose own address the server's replies go; of an address that moves it may just not know where it is. */
function ownGateway(
  server: string,
  target: Ipv4,
  { directors = [] }: PlannedService,
  { stage: { network } }: Failures,
): Station | undefined {
  const node = network.node(server);
  const way = node && network.route(node, target);
  const station = way && network.stationOfAddress(way.nextHop);
  return station && directors.includes(station.node.name) ? station : undefined;
}

function stays(
  node: string,
  gateway: Station,
  director: string,
  { vip }: PlannedService,
): Omit<Finding, 'hops'> {
  return {
    place: node,
    params: {
      node,
      gateway: formatIpv4(gateway.port.address),
      old: gateway.node.name,
      director,
      vip: formatIpv4(vip),
    },
    setting: `nodes.${node}.gateway`,
    others: ['vrrp.alsoMoves'],
  };
}

/** What the owner said to everybody, as far as it was for the sender of the packet. */
function announcementsTo(hop: HopRecord, { node }: ActiveRouter, { journeys }: Failures): HopRecord[] {
  return journeys
    .filter(
      ({ first: { facts, from, timeNs } }) =>
        facts.kind === 'arp' &&
        facts.source === hop.facts.destination &&
        facts.destination === facts.source &&
        from === node &&
        timeNs < hop.timeNs,
    )
    .flatMap(({ hops }) => hops.filter(({ to }) => to === hop.from));
}

/** Why the sender does not know. */
function causeOf(
  hop: HopRecord,
  owner: ActiveRouter,
  told: readonly HopRecord[],
  { stage }: Failures,
): Pick<Finding, 'setting' | 'wording'> {
  const { network } = stage;
  const missed = told.at(-1);
  if (missed && isMissed(missed)) return { setting: lostBy(missed, network) };
  if (network.node(owner.node)?.forwarder?.redundancy?.announce.repeat === 0)
    return { setting: 'vrrp.garp.repeat' };
  return spokeUnheard(hop, owner, [...stage.routers.flows()])
    ? { setting: 'vrrp.garp.refresh', wording: 'explanation.stale-neighbour-healed' }
    : {};
}

/** The one that the packet was sent to was active too after the owner had begun, and the owner never heard of that. */
function spokeUnheard(hop: HopRecord, { node, flow }: ActiveRouter, flows: readonly FlowRecord[]): boolean {
  const begins = flows
    .filter(({ takeover, client, startNs }) => takeover && client.node === node && startNs <= flow.startNs)
    .map(({ startNs }) => startNs);
  const begunNs = Math.max(-Infinity, ...begins);
  const said = flows
    .filter(({ client }) => client.node === hop.to)
    .flatMap(({ journeys }) => journeys)
    .filter(({ first }) => first.timeNs > begunNs && first.timeNs < hop.timeNs);
  const isHeard = ({ to, fate }: HopRecord): boolean => to === node && fate?.fate === 'accepted';
  return said.length > 0 && !said.some(({ hops }) => hops.some(isHeard));
}
