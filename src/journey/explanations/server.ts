import { formatIpv4 } from '../../packet/address.ts';
import { DESTINATION_UNREACHABLE, PORT_UNREACHABLE } from '../../packet/icmp.ts';
import { endedBy, type EpochEvidence, type Served } from '../evidence.ts';
import type { FlowRecord } from '../flow-record.ts';
import type { HopRecord } from '../hop-record.ts';
import type { JourneyRecord } from '../journey-record.ts';
import { serviceOf } from '../signature.ts';
import { relayedBy } from '../outcomes.ts';
import { servicePath, type Finding, type Rule } from './finding.ts';

/** dr or tun to a server that listens on another port: it resets with the VIP as its address and its own MAC. */
export const drPortMap: Rule = (evidence) =>
  refusals(evidence).flatMap(({ reset, flow }): Finding[] => {
    const mapped = portMap(reset, flow);
    if (mapped === undefined) return [];
    const { service, server } = mapped;
    return [
      {
        place: server.name,
        flow,
        hops: [reset],
        params: {
          node: server.name,
          model: service.model,
          vip: formatIpv4(service.vip),
          port: String(service.port),
          serverPort: String(server.port),
        },
        setting: `${servicePath(service.name)}.servers.${server.name}.port`,
      },
    ];
  });

/** A connection or datagram was turned away by whoever it reached, for no reason of load balancing. */
export const connectionRefused: Rule = (evidence) => {
  const serverless = new Set(endedBy(evidence, 'no-server').map(({ flow }) => flow));
  return refusals(evidence).flatMap(({ reset, flow }): Finding[] => {
    if (serverless.has(flow) || portMap(reset, flow)) return [];
    const byServer = reset.stage.network.node(reset.from)?.role === 'server';
    return [
      {
        place: reset.from,
        flow,
        hops: [reset],
        params: {
          node: reset.from,
          address: flow.service.address,
          port: String(flow.service.port ?? ''),
        },
        setting: byServer ? `nodes.${reset.from}.listen` : undefined,
      },
    ];
  });
};

/** The request arrived, silence, and the server filters by reverse path. */
export const reversePathFilter: Rule = (evidence) =>
  endedBy(evidence, 'reverse-path-filter')
    .filter(({ hop, flow }) => !flow.replied.includes(hop.to))
    .map(({ hop, flow }) => ({
      place: hop.to,
      flow,
      hops: [hop],
      params: { node: hop.to, source: formatIpv4(hop.facts.source) },
      setting: `nodes.${hop.to}.rpFilter`,
    }));

/** A server called the tunnel's packets unreachable, or was silent about them for want of a decapsulator. */
export const noDecapsulator: Rule = (evidence) => {
  const { journeys, stage } = evidence;
  const { network } = stage;
  const complaints = journeys.flatMap(({ kind, first, flow }) => {
    if (kind !== 'icmp-error') return [];
    const { quoted, icmpType, icmpCode } = first.facts;
    const isAboutTunnel = icmpType === DESTINATION_UNREACHABLE && quoted?.outerAt;
    // A router's 3/4 about the tunnel is about its size.
    return isAboutTunnel && icmpCode !== 4 && network.node(first.from)?.role === 'server'
      ? [{ name: first.from, hop: first, flow: flow! }]
      : [];
  });
  const silent = endedBy(evidence, 'no-decapsulator')
    .filter(({ flow, hop }) => !flow.replied.includes(hop.to))
    .map(({ hop, flow }) => ({ name: hop.to, hop, flow }));
  return [...complaints, ...silent].map(({ name, hop, flow }) => ({
    place: name,
    flow,
    hops: [hop],
    params: { node: name },
    setting: network.node(name)?.decapsulate === false ? `nodes.${name}.decapsulate` : undefined,
  }));
};

interface Refusal {
  readonly reset: HopRecord;
  readonly flow: FlowRecord;
}

/** Resets of a SYN, and ICMP port unreachable: by the other end, not by the client. */
function refusals({ journeys }: EpochEvidence): Refusal[] {
  return journeys
    .filter((journey) => journey.direction === 'reply' && isRefusal(journey))
    // What is said about a tunnel's outer packet is said about the way, not the service.
    .filter(({ first, flow }) => !relayedBy(flow!, first))
    .map(({ first, flow }) => ({ reset: first, flow: flow! }));
}

function isRefusal(journey: JourneyRecord): boolean {
  if (journey.kind === 'rst') return isOfSyn(journey);
  if (journey.kind !== 'icmp-error') return false;
  const { icmpType, icmpCode, quoted } = journey.first.facts;
  return icmpType === DESTINATION_UNREACHABLE && icmpCode === PORT_UNREACHABLE && quoted?.outerAt === 0;
}

/** A reset before anybody accepted: it acknowledges the SYN and nothing more. */
function isOfSyn({ first, flow }: JourneyRecord): boolean {
  const { synSequence } = flow!;
  return (
    synSequence !== undefined &&
    first.facts.acknowledgement === (synSequence + 1) >>> 0 &&
    isBeforeSynAck(flow!, first)
  );
}

function isBeforeSynAck(flow: FlowRecord, reset: HopRecord): boolean {
  return !flow.journeys.some(({ kind, first }) => kind === 'syn-ack' && first.timeNs < reset.timeNs);
}

function portMap(reset: HopRecord, flow: FlowRecord) {
  const service: Served['service'] | undefined = serviceOf(flow, reset);
  const server = service?.servers.find(({ name }) => name === reset.from);
  if (!service || !server || service.model === 'dnat' || server.port === service.port) return undefined;
  const node = reset.stage.network.node(server.name);
  return node?.listen.includes(service.port) ? undefined : { service, server };
}
