import { balances } from '../../models/models.ts';
import { inSubnet, type Ipv4, NO_ADDRESS, parseCidr } from '../../packet/address.ts';
import {
  neighbourInterface,
  nextHopAddress,
  nodesOfRole,
  type Network,
  type NetworkNode,
} from './network.ts';
import type { PlannedRoute } from './plan.ts';

/**
 * What a node knows beyond its own segments. `routes:` and `gateway:` are taken as written. A router without a
 * `gateway` also learns the shortest way to every other segment, but not to what lies behind a NAT; its own `routes:`
 * stand in place of those they cover. In the `nat` model an inside host without a `gateway` uses the NAT router.
 */
export function plannedRoutes(network: Network, node: NetworkNode): PlannedRoute[] {
  const { routes = {}, gateway, role } = node.settings;
  const written: PlannedRoute[] = [];
  for (const [destination, hop] of Object.entries(routes)) {
    const cidr = parseCidr(destination);
    const via = nextHopAddress(network, node, hop);
    if (cidr && via !== undefined)
      written.push({ network: cidr.network, prefixLength: cidr.prefixLength, via });
  }
  const learned = role === 'router' && gateway === undefined ? shortestRoutes(network, node) : [];
  const kept = learned.filter((route) => !written.some((own) => covers(own, route)));
  const via = gateway === undefined ? natGateway(network, node) : nextHopAddress(network, node, gateway);
  const hasDefault = written.some(({ prefixLength }) => prefixLength === 0);
  const byDefault = via === undefined || hasDefault ? [] : [{ network: NO_ADDRESS, prefixLength: 0, via }];
  return [...written, ...kept, ...byDefault];
}

/** Breadth first over segments; among equals, the order of the file decides. */
function shortestRoutes(network: Network, from: NetworkNode): PlannedRoute[] {
  const own = new Set(from.interfaces.map(({ segment }) => segment));
  const seen = new Set(own);
  const found: PlannedRoute[] = [];
  let edge = [...own].map((segment): { segment: string; via: Ipv4 | undefined } => ({
    segment,
    via: undefined,
  }));
  while (edge.length > 0) {
    const next: typeof edge = [];
    for (const { segment, via } of edge) {
      for (const router of nodesOfRole(network, 'router')) {
        if (router === from || !leadsOn(router, segment)) continue;
        const hop = via ?? router.interfaces.find((port) => port.segment === segment)?.address;
        for (const port of router.interfaces) {
          const target = network.segments.get(port.segment);
          if (!target || hop === undefined || seen.has(port.segment)) continue;
          seen.add(port.segment);
          next.push({ segment: port.segment, via: hop });
          found.push({ network: target.network, prefixLength: target.prefixLength, via: hop });
        }
      }
    }
    edge = next;
  }
  return found;
}

/** A NAT lets nothing in from outside of its own accord, so nobody outside has a route through it. */
function leadsOn(router: NetworkNode, segment: string): boolean {
  return router.settings.nat !== segment && router.interfaces.some((port) => port.segment === segment);
}

function natGateway(network: Network, node: NetworkNode): Ipv4 | undefined {
  if (balances(network.document.topology.model) || node.settings.role === 'router') return undefined;
  for (const router of nodesOfRole(network, 'router')) {
    if (router.settings.nat === undefined) continue;
    const port = neighbourInterface(node, router);
    if (port && port.segment !== router.settings.nat) return port.address;
  }
  return undefined;
}

function covers(wide: PlannedRoute, narrow: PlannedRoute): boolean {
  return (
    wide.prefixLength <= narrow.prefixLength && inSubnet(narrow.network, wide.network, wide.prefixLength)
  );
}
