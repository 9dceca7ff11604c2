import type { Plan, PlannedNode } from './plan.ts';

/** An address on a segment that other machines answer ARP for than before. */
export interface StaleNeighbour {
  readonly segment: string;
  readonly address: number;
}

/**
 * Which neighbour entries an edit of the file makes untrue, so that the lab may clear them when it applies the edit: then
 * the edit shows at once what it does. What happens to a network in operation is none of these: a VIP that moves from one
 * director to another, an interface that goes down or comes up. There neighbours keep what they know until somebody
 * announces otherwise or it ages, and that is what is to be seen.
 */
export function staleNeighbours(before: Plan, after: Plan): StaleNeighbour[] {
  const was = answers(before);
  const now = answers(after);
  const stale: StaleNeighbour[] = [];
  for (const [key, { segment, address, who }] of was) {
    if (now.get(key)?.who.join() !== who.join()) stale.push({ segment, address });
  }
  return stale;
}

interface Answers extends StaleNeighbour {
  /** MACs, in order. */
  readonly who: number[];
}

/** Whoever is the VIP's director: the same, however it is. No MAC is negative. */
const A_DIRECTOR = -1;

/** Who would answer for each address, segment by segment, if all interfaces were up. */
function answers(plan: Plan): Map<string, Answers> {
  const all = new Map<string, Answers>();
  const add = (segment: string, address: number, who: number) => {
    const key = `${segment} ${address}`;
    const known = all.get(key) ?? { segment, address, who: [] };
    if (!known.who.includes(who)) known.who.push(who);
    all.set(key, known);
  };
  for (const node of plan.nodes) {
    const vips = node.forwarder?.services.map(({ vip }) => vip) ?? [];
    for (const { segment, mac } of node.interfaces) {
      for (const address of answeredAt(node, segment)) add(segment, address, mac);
      for (const vip of vips) add(segment, vip, A_DIRECTOR);
    }
  }
  for (const { who } of all.values()) who.sort((a, b) => a - b);
  return all;
}

/** With `arp_ignore` 0 every interface answers for every address of the node (Linux's weak host model). */
function answeredAt(node: PlannedNode, segment: string): Set<number> {
  const own = node.interfaces.filter((port) => node.sysctls.arp_ignore === 0 || port.segment === segment);
  const hidden = node.sysctls.arp_ignore === 1;
  return new Set([...own.map(({ address }) => address), ...(hidden ? [] : node.loopback)]);
}
