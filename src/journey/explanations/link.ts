import type { PlannedInterface, PlannedNode } from '../../lab/topology/plan.ts';
import { tunnelBy } from '../../models/models.ts';
import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import { shownBy, type Cause, type Diagnose } from './diagnosis.ts';
import type { Failures, Finding, Rule } from './finding.ts';
import { formatNs } from './format-ns.ts';
import { hasFailed, isEndUnknown, type Symptom } from './symptoms.ts';

type About = Pick<Symptom, 'flow' | 'hop'>;

export const linkLoss: Diagnose = (symptom, { stage: { network } }) => {
  const { node, segment, hop, destination } = symptom;
  // What a router took and sent nowhere was lost where its way leads.
  const station = hop?.received
    ? network.route(network.node(node)!, destination!)
    : network.station(node, segment ?? '');
  return station && lossOf(station.node, station.port, symptom);
};

export function lossOf(node: PlannedNode, port: PlannedInterface, about: About): Cause {
  return {
    ...at('link-loss', node, port, about),
    params: { node: node.name, segment: port.segment, share: String(Math.round(port.loss * 1000) / 10) },
    setting: `nodes.${node.name}.at.${port.segment}.loss`,
  };
}

/** A filter on an interface: what it is to drop it drops in silence. */
export const filtered: Diagnose = (symptom, { stage }) => {
  const { hop, node, segment } = symptom;
  const station = stage.network.station(node, segment ?? '');
  // That an error about a packet was dropped is not why the packet came to nothing.
  if (!station || !hop || hop.journey!.kind === 'icmp-error') return undefined;
  const { kind, outerProtocol } = hop.facts;
  return {
    ...at('filtered', station.node, station.port, symptom),
    params: {
      node,
      segment: station.port.segment,
      protocol: tunnelBy(outerProtocol)?.filteredAs ?? kind,
      direction: hop.journey!.direction,
      from: hop.from,
    },
    wording: hop.journey!.direction === 'reply' ? 'explanation.filtered-reply' : 'explanation.filtered',
    setting: `nodes.${node}.at.${station.port.segment}.drop`,
  };
};

export const interfaceDown: Diagnose = (symptom, { stage }) => {
  const station = stage.network.station(symptom.node, symptom.segment ?? '');
  return station?.port.down ? downOf(station.node, station.port, symptom) : undefined;
};

export function downOf(node: PlannedNode, port: PlannedInterface, about: About): Cause {
  return {
    ...at('interface-down', node, port, about),
    params: { node: node.name, segment: port.segment, address: formatIpv4(port.address) },
    setting: `nodes.${node.name}.at.${port.segment}.down`,
  };
}

export const nodeDown: Diagnose = ({ node, ...symptom }, { stage }) =>
  // Of a director there is more to be said.
  stage.network.isDirector(node)
    ? undefined
    : { code: 'node-down', place: node, ...shownBy(symptom), params: { node } };

export function delayOf(node: PlannedNode, port: PlannedInterface, about: About): Cause {
  return {
    ...at('slow-link', node, port, about),
    params: { node: node.name, segment: port.segment, delay: formatNs(port.delayNs) },
    setting: `nodes.${node.name}.at.${port.segment}.delay`,
  };
}

/** What routers say of packets that they cannot send on (RFC 792). */
const UNREACHABLE: ReadonlySet<string> = new Set(['host-unreachable', 'network-unreachable']);

/** Nothing else is wrong with a flow, and one of its links takes longer than its client waits. */
export const slowLink: Rule = (evidence, explained) =>
  [...new Set(evidence.journeys.map(({ flow }) => flow!))]
    // Where its end is not known, neither is it that time was what it lacked.
    .filter((flow) => flow.kind !== 'arp' && hasFailed(flow) && !isEndUnknown(flow) && !explained.has(flow))
    // Somebody said what it was, though not why.
    .filter(({ outcome }) => outcome.kind !== 'lost' || !UNREACHABLE.has(outcome.reason))
    .flatMap((flow): Finding[] => {
      const patience = patienceOf(flow.client.node, flow.serviceAddress, evidence);
      for (const { hops } of flow.journeys) {
        for (const hop of hops) {
          const station = evidence.stage.network.station(hop.from, hop.segment);
          if (station && station.port.delayNs * 2 >= patience)
            return [delayOf(station.node, station.port, { flow, hop })];
        }
      }
      return [];
    });

function patienceOf(client: string, address: Ipv4, { stage }: Failures): number {
  const { traffic } = stage.network.plan;
  const entry = traffic.find(({ from, to }) => from === client && to === address);
  return entry?.timeoutNs ?? 3e9;
}

function at(
  code: string,
  { name }: PlannedNode,
  { segment }: PlannedInterface,
  about: About,
): Omit<Cause, 'params'> {
  return { code, place: `${name}.${segment}`, ...shownBy(about) };
}
