import { buildNetwork, type Network } from './network.ts';
import type { TopologyDocument } from './parse.ts';
import type { Expectation, Plan } from './plan.ts';
import { pathOrder } from './path-order.ts';
import { plannedNodes } from './plan-nodes.ts';
import { plannedServices } from './plan-services.ts';
import { plannedTraffic } from './plan-traffic.ts';

/**
 * The plan of a checked document. For a document with errors the result is made of what could be resolved and is of no
 * use; still nothing is thrown.
 */
export function makePlan(document: TopologyDocument): Plan {
  return planOf(buildNetwork(document));
}

export function planOf(network: Network): Plan {
  const { lab, topology } = network.document;
  const traffic = plannedTraffic(network);
  const expect = expectation(network.document);
  return {
    lab,
    model: topology.model,
    segments: [...network.segments.values()].map(({ name, network, prefixLength, mtu }) => ({
      name,
      network,
      prefixLength,
      mtu,
    })),
    nodes: plannedNodes(network, pathOrder(network), traffic),
    services: plannedServices(network),
    traffic,
    ...(expect && { expect }),
  };
}

/** Unless the file says otherwise requests are answered, or there is no plan to run them on. */
export function expectation({ topology }: TopologyDocument): Expectation | undefined {
  if (!topology.expect) return undefined;
  const { outcomes, broken, explanations, problems } = topology.expect;
  return { outcomes: outcomes ?? (problems.length > 0 ? [] : ['answered']), broken, explanations, problems };
}
