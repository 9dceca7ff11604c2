import { formatIpv4 } from '../../packet/address.ts';
import { FRAGMENTATION_NEEDED, DESTINATION_UNREACHABLE } from '../../packet/icmp.ts';
import { totalLengthOf } from '../../packet/ipv4.ts';
import { choiceOf } from '../choice.ts';
import { endedBy, type EpochEvidence } from '../evidence.ts';
import type { FlowRecord } from '../flow-record.ts';
import type { HopRecord } from '../hop-record.ts';
import type { JourneyRecord } from '../journey-record.ts';
import { serviceOf } from '../signature.ts';
import type { ReasonCode } from '../report.ts';
import type { Finding, Rule } from './finding.ts';

/** A packet was too long: for the way on, so that a node said so, or for the interface it was sent to, in silence. */
export const mtuExceeded: Rule = (evidence) => [...tooLongToSend(evidence), ...tooLongToTake(evidence)];

/** A packet that must not be fragmented, in a tunnel by the 20 bytes of the wrapper. */
function tooLongToSend(evidence: EpochEvidence): Finding[] {
  const tooBig = endedBy(evidence, 'too-big');
  if (tooBig.length === 0) return [];
  const errors = new Map<FlowRecord, JourneyRecord>();
  for (const journey of evidence.journeys) {
    if (isTooBig(journey) && !errors.has(journey.flow!)) errors.set(journey.flow!, journey);
  }
  return tooBig.map(({ hop, flow }): Finding => {
    const error = errors.get(flow);
    const filtered = error?.last.arrival?.reason === 'filtered' ? error.last : undefined;
    const egress = egressOf(hop);
    const length = totalLengthOf(hop.facts.bytes, hop.facts.routedAt);
    const mtu = error
      ? error.first.facts.bytes.slice(error.first.facts.l4At + 6, error.first.facts.l4At + 8)
      : undefined;
    return {
      place: hop.to,
      flow,
      hops: error ? [hop, error.first] : [hop],
      params: {
        node: hop.to,
        length: String(length),
        mtu: mtu ? String(mtu[0]! * 256 + mtu[1]!) : String(egress?.port.mtu ?? ''),
      },
      // A filter that keeps the sender from hearing of it turns a nuisance into a black hole.
      setting: filtered
        ? `nodes.${filtered.to}.at.${filtered.segment}.drop`
        : egress && `segments.${egress.port.segment}.mtu`,
    };
  });
}

/** Two interfaces of one segment differ: only who forwards a packet can say that it is too long. */
function tooLongToTake(evidence: EpochEvidence): Finding[] {
  return endedBy(evidence, 'over-mtu').map(({ hop, flow }) => ({
    place: `${hop.to}.${hop.segment}`,
    flow,
    hops: [hop],
    params: {
      node: hop.to,
      segment: hop.segment,
      from: hop.from,
      length: String(totalLengthOf(hop.facts.bytes, hop.facts.routedAt)),
      mtu: String(hop.stage.network.station(hop.to, hop.segment)?.port.mtu ?? ''),
    },
    setting: `nodes.${hop.to}.at.${hop.segment}.mtu`,
    wording: 'explanation.mtu-differs',
  }));
}

/** A node had no way to where a packet was to go, or found nobody there. */
export const noRoute: Rule = (evidence, explained) =>
  endedBy(
    evidence,
    'no-route',
    'neighbour-unreachable',
    'host-unreachable',
    'network-unreachable',
    'not-local',
    'not-ours',
    // A reply from the VIP, given to the director that has it too.
    'martian-source',
  )
    .filter(({ hop, flow }) => !explained.has(flow) && flow.outcome.kind !== 'answered' && isAimedAway(hop))
    .map(({ hop, flow, reason }) => ({
      place: hop.to,
      flow,
      hops: [hop],
      params: { node: hop.to, address: formatIpv4(targetOf(hop)), reason },
      setting: wayOut(hop, reason),
    }));

/** Where the node had to send it: a director sends to the server that it chose, whatever the packet's address. */
function targetOf({ arrival, facts, stage }: HopRecord): number {
  const { service, server } = arrival?.decision ?? {};
  const { servers } = stage.network.plan.services.find(({ name }) => name === service) ?? {};
  return servers?.find(({ name }) => name === server)?.address ?? facts.destination;
}

/** The setting that leads astray: the sender's gateway, the node's own, or an interface that is down. */
function wayOut(hop: HopRecord, reason: ReasonCode): string | undefined {
  if (reason === 'not-local' || reason === 'not-ours' || reason === 'martian-source')
    return `nodes.${hop.from}.gateway`;
  if (reason === 'no-route' || reason === 'network-unreachable') return `nodes.${hop.to}.gateway`;
  const { network } = hop.stage;
  const server = hop.arrival?.decision?.server;
  const target = server ? network.node(server) : network.stationOfAddress(hop.facts.destination)?.node;
  const down = target?.interfaces.find((port) => port.down);
  return target && down && `nodes.${target.name}.at.${down.segment}.down`;
}

/** Packets for the node itself that it does not want have another cause. */
function isAimedAway({ facts, stage, to }: HopRecord): boolean {
  const node = stage.network.node(to);
  return node !== undefined && facts.kind !== 'arp' && !stage.network.isLocal(node, facts.destination);
}

function isTooBig({ kind, first }: JourneyRecord): boolean {
  if (kind !== 'icmp-error') return false;
  const { icmpType, icmpCode } = first.facts;
  return icmpType === DESTINATION_UNREACHABLE && icmpCode === FRAGMENTATION_NEEDED;
}

/** The way by which the packet should have left the node. */
function egressOf(hop: HopRecord) {
  const { network } = hop.stage;
  const node = network.node(hop.to);
  const flow = hop.journey!.flow!;
  const server = serviceOf(flow, hop)?.servers.find(({ name }) => name === choiceOf(flow)?.server);
  const target = node?.forwarder && server ? server.address : hop.facts.destination;
  return node && network.route(node, target);
}
