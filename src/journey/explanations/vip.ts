import { models } from '../../models/models.ts';
import { formatIpv4, formatMac, type Ipv4 } from '../../packet/address.ts';
import { endedBy } from '../records/evidence.ts';
import type { PlanIndex } from '../records/plan-index.ts';
import { servicePath, type Finding, type Rule } from './finding.ts';

/** Somebody besides the director answered ARP for the VIP. */
export const vipTwoAnswers: Rule = ({ journeys, stage: { network } }) => {
  const replies = journeys.filter(
    ({ kind, first }) => kind === 'arp-reply' && network.isVip(first.facts.source),
  );

  const told = new Set<string>();
  return replies.flatMap(({ first, flow }) => {
    const vip = first.facts.source;
    const directors = network.directorsOf(vip);
    const name = network.stationOfMac(first.facts.etherSource)?.node.name ?? first.from;
    if (directors.includes(name)) return [];
    // The other answers are evidence too, once.
    const isTold = told.has(`${vip} ${name}`);
    told.add(`${vip} ${name}`);
    const others = isTold
      ? []
      : replies.filter((reply) => reply.first.facts.source === vip && reply.first.from !== first.from);
    const node = network.node(name);
    const holds = node !== undefined && network.isLocal(node, vip) && node.sysctls.arp_ignore === 0;
    return {
      place: name,
      flow: flow!,
      hops: [first, ...others.map((reply) => reply.first)],
      params: {
        vip: formatIpv4(vip),
        node: name,
        mac: formatMac(first.facts.etherSource),
        director: directors.join(', '),
      },
      setting: holds ? `nodes.${name}.hideVip` : undefined,
    };
  });
};

/** A packet for the VIP came to a server that does not have it, and nothing came back. */
export const vipNotLocal: Rule = (evidence) => {
  const { network } = evidence.stage;
  return endedBy(evidence, 'vip-not-local').flatMap(({ hop, flow }): Finding[] => {
    const node = network.node(hop.to);
    const vip = hop.facts.destination;
    const isChosen = network.plan.services.some(
      (service) => service.vip === vip && service.servers.some(({ name }) => name === hop.to),
    );
    if (!node || !isChosen || flow.replied.includes(hop.to)) return [];
    return [
      {
        place: hop.to,
        flow,
        hops: [hop],
        params: { node: hop.to, vip: formatIpv4(vip) },
        setting: network.isLocal(node, vip) ? undefined : `nodes.${hop.to}.holdVip`,
      },
    ];
  });
};

/** A dnat reply reached the client with the server's own address on it. */
export const replyNotRewritten: Rule = (evidence) => {
  const { network } = evidence.stage;
  if (!network.plan.services.some(({ model }) => models[model].translates)) return [];
  return evidence.served.flatMap(({ journey, flow, service }): Finding[] => {
    if (!models[service.model].translates || journey.direction !== 'reply') return [];
    const hop = journey.hops.find(({ received, to }) => received && to === flow.client.node);
    const server = hop && service.servers.find(({ address }) => address === hop.facts.source);
    if (!hop || !server) return [];
    const isStraight = hop.from === server.name;
    return [
      {
        place: isStraight ? `${server.name} ${flow.client.node}` : server.name,
        ...(isStraight && { wording: 'explanation.reply-on-segment' }),
        flow,
        hops: [hop],
        params: {
          node: server.name,
          rip: formatIpv4(server.address),
          vip: formatIpv4(service.vip),
          client: flow.client.node,
          director: service.director,
        },
        setting: isStraight
          ? `${servicePath(service.name)}.snat`
          : gatewayIs(network, server.name, service.director, flow.clientAddress)
            ? undefined
            : `nodes.${server.name}.gateway`,
      },
    ];
  });
};

function gatewayIs(network: PlanIndex, from: string, director: string, target: Ipv4): boolean {
  const node = network.node(from);
  const way = node && network.route(node, target);
  return way !== undefined && network.stationOfAddress(way.nextHop)?.node.name === director;
}
