import type { Network, NetworkNode } from './network.ts';

/**
 * Nodes as a packet meets them: clients, routers, director, routers behind it, servers. A router stands before
 * the director when it is nearer to the clients than the director is; among equals the order of the file decides.
 */
export function pathOrder(network: Network): NetworkNode[] {
  const nodes = [...network.nodes.values()];
  const distance = distancesFromClients(nodes);
  const far = (node: NetworkNode) => distance.get(node) ?? Infinity;
  const directorAt = Math.min(...nodes.filter(({ settings }) => settings.role === 'director').map(far));
  const rank = (node: NetworkNode): number => {
    switch (node.settings.role) {
      case 'client':
        return 0;
      case 'router':
        return far(node) < directorAt ? 1 : 3;
      case 'director':
        return 2;
      case 'server':
        return 4;
    }
  };
  return nodes.sort((a, b) => rank(a) - rank(b) || (rank(a) % 2 === 1 ? compare(far(a), far(b)) : 0));
}

/** How many segments a packet crosses at least. */
function distancesFromClients(nodes: readonly NetworkNode[]): Map<NetworkNode, number> {
  const distance = new Map<NetworkNode, number>();
  let edge = nodes.filter(({ settings }) => settings.role === 'client');
  for (let steps = 0; edge.length > 0; steps++) {
    for (const node of edge) distance.set(node, steps);
    const segments = new Set(edge.flatMap(({ interfaces }) => interfaces.map(({ segment }) => segment)));
    edge = nodes.filter(
      (node) => !distance.has(node) && node.interfaces.some(({ segment }) => segments.has(segment)),
    );
  }
  return distance;
}

/** As a difference would order them, but with infinities equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
