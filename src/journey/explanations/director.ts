import { directorsOf } from '../records/plan-index.ts';
import type { Timeouts } from '../../forwarder/config.ts';
import type { PlannedNode } from '../../lab/topology/plan.ts';
import { formatIpv4 } from '../../packet/address.ts';
import { choiceOf } from '../predictions/choice.ts';
import { endedBy } from '../records/evidence.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { shownBy, type Diagnose } from './diagnosis.ts';
import { formatNs } from './format-ns.ts';
import { hasFailed } from './symptoms.ts';
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

export const tableFull: Diagnose = ({ node, ...symptom }) => ({
  code: 'table-full',
  place: node,
  ...shownBy(symptom),
  params: { node },
  setting: `nodes.${node}.maxConnections`,
});

/** The director knew the connection; its server was taken out of the service. */
export const forgotten: Diagnose = ({ node, ...symptom }) => ({
  code: 'server-removed',
  place: node,
  ...shownBy(symptom),
  params: { node, client: clientOf(symptom.flow) },
});

/** The director does not know the connection: it was silent for too long, or never came by. */
export const notRemembered: Diagnose = ({ node, flow, hop }, { stage: { network } }) => {
  // Where it has no service there is nothing to remember: another rule tells of that.
  if (hop?.arrival?.decision?.rule === 'no-service') return undefined;
  const timer = flow && hop && timerOf(flow, hop, network.node(node));
  const about = { place: node, ...shownBy({ flow, hop }) };
  if (timer === undefined)
    return { code: 'no-connection', ...about, params: { node, client: clientOf(flow) } };
  return {
    code: 'idle-timeout',
    ...about,
    place: `${node} ${timer.state}`,
    params: { node, client: clientOf(flow), state: timer.state, timeout: formatNs(timer.ns) },
    setting: `nodes.${node}.timeouts.${timer.state}`,
  };
};

/** The timer that ran out between two packets of a connection, the shortest of those that may have been running. */
function timerOf(flow: FlowRecord, hop: HopRecord, node: PlannedNode | undefined) {
  const timeouts = node?.forwarder?.timeouts;
  const passed = flow.journeys.flatMap(({ hops }) =>
    hops.filter(
      (one) => one.received && one.to === hop.to && one.arrivalNs < hop.arrivalNs && one.takenBy?.connection,
    ),
  );
  const last = passed.at(-1);
  if (timeouts === undefined || last === undefined) return undefined;
  const idleMs = (hop.arrivalNs - last.arrivalNs) / 1e6;
  const state = statesOf(flow, passed).find((one) => timeouts[one] <= idleMs);
  return state && { state, ns: timeouts[state] * 1e6 };
}

/** By what had passed until then, as IPVS would have it; of both directions only as far as they pass the director. */
function statesOf({ kind }: FlowRecord, passed: readonly HopRecord[]): (keyof Timeouts)[] {
  if (kind === 'udp') return ['udp'];
  if (kind === 'icmp') return ['icmp'];
  const kinds = new Set(passed.map(({ journey }) => journey!.kind));
  if (kinds.has('rst')) return ['close'];
  if (kinds.has('fin')) return ['finWait', 'closeWait', 'lastAck', 'timeWait'];
  return kinds.has('ack') || kinds.has('data') ? ['established'] : ['synReceived'];
}

function clientOf(flow: FlowRecord | undefined): string {
  return flow ? `${flow.client.address}:${flow.client.port ?? ''}` : '';
}

/** A new connection was given to a server that takes no new ones: only persistence does that. */
export const drainedPersistence: Rule = (evidence) => {
  const { stage, troubles } = evidence;
  return stage.network.plan.services.flatMap((service) => {
    const configured = stage.network.node(service.director)?.forwarder?.services;
    if (!configured?.some(({ name, persistence }) => name === service.name && persistence)) return [];
    const drained = service.servers.filter(({ weight }) => weight === 0).map(({ name }) => name);
    return troubles.flatMap(({ hop, flow }): Finding[] => {
      const server = hop.arrival?.decision?.server ?? choiceOf(flow)?.server;
      if (flow.serviceAddress !== service.vip || server === undefined || !drained.includes(server)) return [];
      // What began before the server was drained keeps it, as it should.
      if (!hasFailed(flow) || flow.startNs < stage.timeNs) return [];
      return [
        {
          place: `${service.name} ${server}`,
          flow,
          hops: [hop],
          params: { node: service.director, server, service: service.name },
          setting: `nodes.${service.director}.expireQuiescentTemplate`,
          others: [`${servicePath(service.name)}.persistence`],
        },
      ];
    });
  });
};

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

/** Frames to the director went nowhere, or nobody answered ARP for its address, and it has been silent since. */
export const directorDown: Rule = (evidence) => {
  const { plan } = evidence.stage.network;
  const directors = new Set(plan.services.flatMap(directorsOf));
  return [...directors].flatMap((name) => silenceOf(name, evidence));
};

/** Why frames are lost on the way to a node, whether that is there or not. */
const NO_SILENCE: ReadonlySet<string | undefined> = new Set(['link-loss', 'over-mtu', 'filtered']);

function silenceOf(name: string, evidence: Failures): Finding[] {
  const { network } = evidence.stage;
  const lastSeen = evidence.lastSentNs(name);
  const since = evidence.journeys.filter(
    (journey) => !journey.pending && journey.last.timeNs > lastSeen && !isOver(name, journey),
  );
  const unheard = since.filter((journey) => isUnheardBy(name, journey));
  const down = network.node(name)!.interfaces.find((port) => port.down);
  const isKnownDown = down || unheard.some(({ last }) => !evidence.states.isUp(name, last.timeNs));
  // One lost frame, or several on a lossy link, may just be lost; a director that is down loses them all. One too large for
  // its interface would be lost there in any case.
  const telling = unheard.filter(({ last }) => isKnownDown || !NO_SILENCE.has(last.arrival?.reason));
  if (telling.length === 0 || (telling.length === 1 && !isKnownDown)) return [];
  // The requests behind an unanswered ARP question suffer from it too.
  const waiting = since.filter(
    ({ flow, last, outcome }) =>
      flow!.kind !== 'arp' &&
      outcome !== 'arrived' &&
      !NO_SILENCE.has(last.arrival?.reason) &&
      network.directorsOf(last.facts.destination).includes(name),
  );
  const own = network.plan.services.filter((service) => directorsOf(service).includes(name));
  const params = { node: name, vip: [...new Set(own.map(({ vip }) => formatIpv4(vip)))].join(', ') };
  const isOneOfSeveral = own.some(({ directors }) => directors !== undefined);
  const setting = down ? `nodes.${name}.at.${down.segment}.down` : isOneOfSeveral ? 'vrrp.advert' : undefined;
  return [...telling, ...waiting].map(({ last, flow }) => ({
    place: name,
    flow: flow!,
    hops: [last],
    params,
    setting,
    ...(isOneOfSeveral && { wording: 'explanation.director-down-pair' }),
  }));
}

/** By then another director had the VIPs: that somebody still sends to this one is no fault of it. */
function isOver(name: string, { last: { timeNs }, first: { stage } }: JourneyRecord): boolean {
  return stage.network.plan.services.some((service) => {
    if (!service.directors?.includes(name)) return false;
    const owners = stage.routers.at(service.vip, timeNs, stage.network);
    return owners.length > 0 && owners.every(({ node }) => node !== name);
  });
}

/** A frame to it that it never got, or an ARP question for an address of its own that nobody answered. */
function isUnheardBy(name: string, { kind, last, flow, first: { stage } }: JourneyRecord): boolean {
  if (kind !== 'arp-request') return last.arrival?.fate === 'lost' && last.to === name;
  const { network } = stage;
  const asked = flow!.serviceAddress;
  // A question that it does not hear says nothing about it.
  if (!network.station(name, last.segment)) return false;
  const isIts =
    network.directorsOf(asked).includes(name) || network.stationOfAddress(asked)?.node.name === name;
  return isIts && flow!.outcome.kind === 'lost';
}
