import { models } from '../../models/models.ts';
import { formatIpv4 } from '../../packet/address.ts';
import { DESTINATION_UNREACHABLE, PORT_UNREACHABLE } from '../../packet/icmp.ts';
import { endedBy, isSenders, type EpochEvidence, type Served } from '../records/evidence.ts';
import { relayedBy, type FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { serviceOf } from '../records/signature.ts';
import type { Diagnose } from './diagnosis.ts';
import { askingPath, trafficPath } from './settings.ts';
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
export const connectionRefused: Rule = (evidence) =>
  refusalsBy(evidence, 'other').map(({ reset, flow }): Finding => {
    const { network } = reset.stage;
    const node = network.node(reset.from);
    const byServer = network.isServer(reset.from);
    const asked = trafficPath(network, flow);
    const listen = `nodes.${reset.from}.listen`;
    return {
      // Each that asks the wrong node is told so.
      place: byServer ? reset.from : `${reset.from} ${asked ?? ''}`,
      flow,
      hops: [reset],
      params: { node: reset.from, role: node?.role ?? '', address: flow.service.address, port: portOf(flow) },
      setting: byServer ? listen : asked && `${asked}.to`,
      others: byServer ? (asked === undefined ? [] : [`${asked}.port`]) : [`nodes.${reset.from}.role`],
      ...(!byServer && { wording: 'explanation.no-server-there' }),
    };
  });

/** A node that asks itself: no frame shows it, but its kernel told. */
export const refusedAtHome: Diagnose = ({ node: name, hop, flow, destination }, { stage: { network } }) => {
  const node = network.node(name);
  if (hop || flow || !node || destination === undefined) return undefined;
  const asked = askingPath(network, name, destination);
  return {
    code: 'connection-refused',
    place: name,
    hops: [],
    params: { node: name, role: node.role, address: formatIpv4(destination) },
    setting: asked && `${asked}.to`,
    wording: 'explanation.refused-itself',
  };
};

/** The director has no service at this port of the VIP. */
export const noServiceOnPort: Rule = (evidence) =>
  refusalsBy(evidence, 'no-service').map(({ reset, flow }): Finding => {
    const { network } = reset.stage;
    const services = network.plan.services.filter(({ vip }) => vip === flow.serviceAddress);
    const asked = trafficPath(network, flow);
    // The port is right, and it is the other protocol's.
    const isOther = services.some(({ port }) => String(port) === portOf(flow));
    const entry = asked && `${asked}.${isOther ? 'protocol' : 'port'}`;
    const own = services.map(({ name }) => `${servicePath(name)}.${isOther ? 'protocol' : 'port'}`);
    return {
      place: `${reset.from} ${portOf(flow)} ${flow.kind}`,
      flow,
      hops: [reset],
      params: {
        node: reset.from,
        vip: flow.service.address,
        protocol: flow.kind.toUpperCase(),
        port: portOf(flow),
        ports: [...new Set(services.map(({ port, protocol }) => `${protocol.toUpperCase()} ${port}`))].join(
          ', ',
        ),
      },
      setting: entry ?? own[0],
      others: entry ? own : own.slice(1),
    };
  });

/** The service gives it to a port at which the server does not listen. */
export const servicePortMismatch: Rule = (evidence) =>
  refusalsBy(evidence, 'mismatch').map(({ reset, flow }): Finding => {
    const { service, server } = mismatchOf(reset, flow)!;
    const node = reset.stage.network.node(server.name)!;
    const path = servicePath(service.name);
    // Where the two ports differ in dr or tun, `drPortMap` tells.
    const { port } = server;
    const listen = `nodes.${server.name}.listen`;
    return {
      place: server.name,
      flow,
      hops: [reset],
      params: {
        node: server.name,
        service: service.name,
        address: formatIpv4(models[service.model].translates ? server.address : service.vip),
        port: String(port),
        ports: node.listen.join(', '),
      },
      setting: listen,
      others: [port === service.port ? `${path}.port` : `${path}.servers.${server.name}.port`],
      ...(node.listen.length === 0 && { wording: 'explanation.server-silent' }),
    };
  });

type RefusedBy = 'no-service' | 'mismatch' | 'other' | 'told';

function refusalsBy(evidence: EpochEvidence, wanted: RefusedBy): Refusal[] {
  const serverless = new Set(endedBy(evidence, 'no-server', 'server-drained').map(({ flow }) => flow));
  return refusals(evidence).filter((refusal) => {
    const { reset, flow } = refusal;
    if (serverless.has(flow) || portMap(reset, flow)) return false;
    // Of a reset that was captured only further on, nobody knows whose it is.
    if (reset.stage.isCapture && !isSenders(reset)) return false;
    return refusedBy(refusal) === wanted;
  });
}

function refusedBy({ reset, flow }: Refusal): RefusedBy {
  const { network } = reset.stage;
  if (network.isVip(flow.serviceAddress) && network.isDirector(reset.from)) {
    // It has the service, and what it refuses has a reason of its own.
    return serviceOf(flow, reset) ? 'told' : 'no-service';
  }
  return mismatchOf(reset, flow) ? 'mismatch' : 'other';
}

/** By the plan the server does not listen where the service sends. */
function mismatchOf(reset: HopRecord, flow: FlowRecord) {
  const service: Served['service'] | undefined = serviceOf(flow, reset);
  const server = service?.servers.find(({ name }) => name === reset.from);
  if (!service || !server || service.protocol === 'udp') return undefined;
  const node = reset.stage.network.node(server.name)!;
  const port = models[service.model].translates ? server.port : service.port;
  return node.listen.includes(port) ? undefined : { service, server };
}

function portOf({ service }: FlowRecord): string {
  return String(service.port ?? '');
}

/** A packet arrived, silence, and the node filters by reverse path. */
export const reversePathFilter: Rule = (evidence) =>
  endedBy(evidence, 'reverse-path-filter')
    .filter(({ hop, flow }) => !flow.replied.includes(hop.to))
    .map(({ hop, flow }) => ({
      place: `${hop.to} ${hop.journey!.direction}`,
      flow,
      hops: [hop],
      params: { node: hop.to, source: formatIpv4(hop.facts.source), segment: hop.segment },
      ...(hop.journey!.direction === 'reply' && { wording: 'explanation.reverse-path-reply' }),
      setting: `nodes.${hop.to}.rpFilter`,
    }));

/** A server called the tunnel's packets unreachable, or was silent about them for want of a decapsulator. */
export const noDecapsulator: Rule = (evidence) => {
  const { journeys, stage } = evidence;
  const { network } = stage;
  const complaints = journeys.flatMap(({ first, flow }) => {
    const { quoted, icmpType, icmpCode } = first.facts;
    const isAboutTunnel = icmpType === DESTINATION_UNREACHABLE && quoted?.outerAt;
    // A router's 3/4 about the tunnel is about its size.
    return isAboutTunnel && icmpCode !== 4 && network.isServer(first.from)
      ? [{ name: first.from, hop: first, flow: flow! }]
      : [];
  });
  const silent = endedBy(evidence, 'no-decapsulator')
    .filter(({ flow, hop }) => !flow.replied.includes(hop.to))
    .map(({ hop, flow }) => ({ name: hop.to, hop, flow }));
  return [...complaints, ...silent].map(({ name, hop, flow }) => {
    const port = serviceOf(flow, hop)?.tunnel?.port;
    return {
      place: name,
      flow,
      hops: [hop],
      params: { node: name, ...(port !== undefined && { port: String(port) }) },
      ...(port !== undefined && { wording: 'explanation.no-decapsulator-gue' }),
      setting: network.node(name)?.decapsulate === false ? `nodes.${name}.decapsulate` : undefined,
    };
  });
};

interface Refusal {
  readonly reset: HopRecord;
  readonly flow: FlowRecord;
}

/** Resets of a SYN, and ICMP port unreachable: by the other end, not by the client. */
function refusals({ journeys }: EpochEvidence): Refusal[] {
  return (
    journeys
      .filter((journey) => journey.direction === 'reply' && isRefusal(journey))
      // What is said about a tunnel's outer packet is said about the way, not the service.
      .filter(({ first, flow }) => !relayedBy(flow!, first))
      .map(({ first, flow }) => ({ reset: first, flow: flow! }))
  );
}

function isRefusal(journey: JourneyRecord): boolean {
  if (journey.kind === 'rst') return isOfSyn(journey);
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
  if (!service || !server || models[service.model].translates || server.port === service.port)
    return undefined;
  const node = reset.stage.network.node(server.name);
  return node?.listen.includes(service.port) ? undefined : { service, server };
}
