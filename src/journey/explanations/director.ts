import { formatIpv4 } from '../../packet/address.ts';
import { endedBy } from '../evidence.ts';
import type { JourneyRecord } from '../journey-record.ts';
import { servicePath, type Failures, type Finding, type Rule } from './finding.ts';

/** Flows of different hosts came to share a port of the NAT router, so that a reply could belong to several. */
export const portsAmbiguous: Rule = (evidence) => {
  const { stage } = evidence;
  const nat = stage.network.plan.nodes.find(({ forwarder }) => forwarder?.nat);
  if (nat === undefined) return [];
  const setting = nat.forwarder!.nat!.translatePorts ? undefined : `nodes.${nat.name}.translatePorts`;
  const shared = evidence.sharedPorts.map((hop) => ({ hop, flow: hop.journey!.flow! }));
  return [...shared, ...endedBy(evidence, 'ambiguous-port')].map(({ hop, flow }) => ({
    place: nat.name,
    flow,
    hops: [hop],
    params: { node: nat.name, port: String(shared[0]?.hop.facts.sourcePort ?? hop.facts.destinationPort) },
    setting,
  }));
};

export const portsExhausted: Rule = (evidence) =>
  endedBy(evidence, 'ports-exhausted').map(({ hop, flow }) => ({
    place: hop.to,
    flow,
    hops: [hop],
    params: { node: hop.to },
    setting: `nodes.${hop.to}.ports`,
  }));

export const noServer: Rule = (evidence) =>
  endedBy(evidence, 'no-server').map(({ hop, flow }) => {
    const service = hop.arrival?.decision?.service;
    return {
      place: service ?? hop.to,
      flow,
      hops: [hop],
      params: { node: hop.to, service: service ?? flow.service.address },
      setting: service === undefined ? undefined : `${servicePath(service)}.servers`,
    };
  });

/** A hash gives the client to a server that takes nobody new. Each client has its own; one finding tells of a server. */
export const serverDrained: Rule = (evidence) =>
  endedBy(evidence, 'server-drained').map(({ hop, flow }) => {
    const { service = 'service', server = '' } = hop.arrival?.decision ?? {};
    return {
      place: `${service} ${server}`,
      flow,
      hops: [hop],
      params: { node: hop.to, service, server, client: flow.client.address },
      setting: `${servicePath(service)}.servers.${server}.weight`,
    };
  });

/** The director knows nothing of the connection: it was never opened, forgotten, or its server was removed. */
export const noConnection: Rule = (evidence) =>
  endedBy(evidence, 'no-connection', 'no-entry', 'server-removed').map(({ hop, flow }) => ({
    place: hop.to,
    flow,
    hops: [hop],
    params: { node: hop.to, client: `${flow.client.address}:${flow.client.port ?? ''}` },
    setting: hop.arrival?.reason === 'server-removed' ? `nodes.${hop.to}.onRemove` : undefined,
  }));

/** Frames to the director went nowhere, or nobody answered ARP for its address, and it has been silent since. */
export const directorDown: Rule = (evidence) => {
  const { plan } = evidence.stage.network;
  const directors = new Set(plan.services.map(({ director }) => director));
  return [...directors].flatMap((name) => silenceOf(name, evidence));
};

function silenceOf(name: string, evidence: Failures): Finding[] {
  const { network } = evidence.stage;
  const lastSeen = evidence.lastSentNs(name);
  const since = evidence.journeys.filter(({ last, pending }) => !pending && last.timeNs > lastSeen);
  const unheard = since.filter((journey) => isUnheardBy(name, journey));
  const down = network.node(name)!.interfaces.find((port) => port.down);
  const isKnownDown = down || unheard.some(({ last }) => !evidence.states.isUp(name, last.timeNs));
  // One lost frame, or several on a lossy link, may just be lost; a director that is down loses them all.
  const telling = unheard.filter(({ last }) => isKnownDown || last.arrival?.reason !== 'link-loss');
  if (telling.length === 0 || (telling.length === 1 && !isKnownDown)) return [];
  // The requests behind an unanswered ARP question suffer from it too.
  const waiting = since.filter(
    ({ flow, last, outcome }) =>
      flow!.kind !== 'arp' &&
      outcome !== 'arrived' &&
      network.directorsOf(last.facts.destination).includes(name),
  );
  const own = network.plan.services.filter(({ director }) => director === name);
  const params = { node: name, vip: [...new Set(own.map(({ vip }) => formatIpv4(vip)))].join(', ') };
  const setting = down && `nodes.${name}.at.${down.segment}.down`;
  return [...telling, ...waiting].map(({ last, flow }) => ({
    place: name,
    flow: flow!,
    hops: [last],
    params,
    setting,
  }));
}

/** A frame to it that it never got, or an ARP question for an address of its own that nobody answered. */
function isUnheardBy(name: string, { kind, last, flow, first: { stage } }: JourneyRecord): boolean {
  if (kind !== 'arp-request') return last.arrival?.fate === 'lost' && last.to === name;
  const { network } = stage;
  const asked = flow!.serviceAddress;
  const isIts =
    network.directorsOf(asked).includes(name) || network.stationOfAddress(asked)?.node.name === name;
  return isIts && flow!.outcome.kind === 'lost';
}
