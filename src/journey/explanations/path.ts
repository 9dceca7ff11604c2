import { directorsOf } from '../records/plan-index.ts';
import { models, tunnelBy, tunnelOf, type TunnelFacts } from '../../models/models.ts';
import { FRAGMENTATION_NEEDED, DESTINATION_UNREACHABLE, nextHopMtuOf } from '../../packet/icmp.ts';
import { destinationOf, totalLengthOf } from '../../packet/ipv4.ts';
import type { Plan, PlannedService } from '../../lab/topology/plan.ts';
import type { Station } from '../records/plan-index.ts';
import { choiceOf } from '../predictions/choice.ts';
import { endedBy, type EpochEvidence } from '../records/evidence.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { serviceOf } from '../records/signature.ts';
import type { Finding, Rule } from './finding.ts';

/** A packet was too long: for the way on, so that a node said so, or for the interface it was sent to, in silence. */
export const mtuExceeded: Rule = (evidence) => [...tooLongToSend(evidence), ...tooLongToTake(evidence)];

/** A packet that must not be fragmented, in a tunnel by the bytes of the wrapper. */
function tooLongToSend(evidence: EpochEvidence): Finding[] {
  const tooBig = endedBy(evidence, 'too-big');
  const errors = new Map<FlowRecord, JourneyRecord>();
  for (const journey of evidence.journeys) {
    if (isTooBig(journey) && !errors.has(journey.flow!)) errors.set(journey.flow!, journey);
  }
  return tooBig.map(({ hop, flow }): Finding => {
    const error = errors.get(flow);
    const filtered = error?.last.arrival?.reason === 'filtered' ? error.last : undefined;
    const egress = egressOf(hop);
    const narrow = egress && mtuSetting(egress, hop.stage.network.plan);
    const length = totalLengthOf(hop.facts.bytes, hop.facts.routedAt);
    const tunnel = tunnelAt(hop);
    const mtu = error ? nextHopMtuOf(error.first.facts.bytes, error.first.facts.l4At) : egress?.port.mtu;
    return {
      place: hop.to,
      flow,
      hops: error ? [hop, error.first] : [hop],
      wording: tunnel ? 'explanation.mtu-exceeded' : 'explanation.mtu-path',
      params: {
        node: hop.to,
        segment: egress?.port.segment ?? '',
        length: String(length),
        ...(tunnel && { overhead: String(tunnel.overhead) }),
        mtu: String(mtu ?? ''),
      },
      // A filter that keeps the sender from hearing of it turns a nuisance into a black hole.
      setting: filtered ? `nodes.${filtered.to}.at.${filtered.segment}.drop` : narrow,
      ...(filtered && narrow && { others: [narrow] }),
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

function isTooBig({ first }: JourneyRecord): boolean {
  const { icmpType, icmpCode } = first.facts;
  return icmpType === DESTINATION_UNREACHABLE && icmpCode === FRAGMENTATION_NEEDED;
}

/** The interface's own MTU, where it has one, or its segment's. */
function mtuSetting({ node, port }: Station, { segments }: Plan): string {
  const shared = segments.find(({ name }) => name === port.segment)?.mtu === port.mtu;
  return shared ? `segments.${port.segment}.mtu` : `nodes.${node.name}.at.${port.segment}.mtu`;
}

/** The tunnel that it is in already, or would be in from here on. */
function tunnelAt(hop: HopRecord): TunnelFacts | undefined {
  if (hop.facts.outerAt !== 0) return tunnelBy(hop.facts.outerProtocol);
  const service = hop.stage.isCapture ? serviceAsked(hop) : serviceDecided(hop);
  return service && models[service.model].wraps ? tunnelOf(service) : undefined;
}

function serviceDecided({ arrival, stage }: HopRecord): PlannedService | undefined {
  const name = arrival?.decision?.service;
  return stage.network.plan.services.find((one) => one.name === name);
}

/** A capture has no decisions: what a director gets for its service it would have sent on. */
function serviceAsked(hop: HopRecord): PlannedService | undefined {
  const { direction, flow } = hop.journey!;
  const service = direction === 'request' ? serviceOf(flow!, hop) : undefined;
  return service && directorsOf(service).includes(hop.to) ? service : undefined;
}

/** The way by which the packet should have left the node. */
function egressOf(hop: HopRecord) {
  const { network } = hop.stage;
  const node = network.node(hop.to);
  const flow = hop.journey!.flow!;
  const server = serviceOf(flow, hop)?.servers.find(({ name }) => name === choiceOf(flow)?.server);
  const { bytes, routedAt } = hop.facts;
  const target = node?.forwarder && server ? server.address : destinationOf(bytes, routedAt);
  return node && network.route(node, target);
}
