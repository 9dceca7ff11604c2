import type { Ipv4 } from '../../packet/address.ts';
import type { Plan, PlannedNode } from './plan.ts';

/** An address on a segment that other machines answer ARP for than before. */
export interface StaleNeighbour {
  readonly segment: string;
  readonly address: Ipv4;
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

/**
 * Addresses that nobody answered ARP for and somebody does after an edit, interfaces that are down and nodes that do not
 * run left out. A kernel that is asking for one would ask on in its own time, up to a second later.
 */
export function newlyAnswered(before: Plan, after: Plan): StaleNeighbour[] {
  const was = answers(running(before));
  return [...answers(running(after))].flatMap(([key, { segment, address }]) =>
    was.has(key) ? [] : [{ segment, address }],
  );
}

/** What is left of a plan of what answers ARP: of a paused node the kernel does, its forwarder does not. */
function running(plan: Plan): Plan {
  const nodes = plan.nodes.flatMap((node): PlannedNode[] => {
    if (node.state === 'stopped') return [];
    const { forwarder, ...kernel } = node;
    const interfaces = node.interfaces.filter(({ down }) => !down);
    return [{ ...kernel, ...(forwarder && node.state !== 'paused' && { forwarder }), interfaces }];
  });
  return { ...plan, nodes };
}

interface Answers extends StaleNeighbour {
  /** MACs, in order. */
  readonly who: number[];
}

/** Whoever is the VIP's director: the same, however it is. No MAC is negative. */
const A_DIRECTOR = -1;
/** Whichever of several has it: they announce it themselves, as long as they are several. */
const ONE_OF_SEVERAL = -2;

/** Who would answer for each address, segment by segment, whether its interface is up or not. */
function answers(plan: Plan): Map<string, Answers> {
  const all = new Map<string, Answers>();
  const add = (segment: string, address: Ipv4, who: number) => {
    const key = `${segment} ${address}`;
    const known = all.get(key) ?? { segment, address, who: [] };
    if (!known.who.includes(who)) known.who.push(who);
    all.set(key, known);
  };
  for (const node of plan.nodes) {
    const vips = node.forwarder?.services.map(({ vip }) => vip) ?? [];
    for (const { segment, mac } of node.interfaces) {
      for (const address of answeredAt(node, segment)) add(segment, address, mac);
      for (const vip of vips) add(segment, vip, node.forwarder?.redundancy ? ONE_OF_SEVERAL : A_DIRECTOR);
    }
  }
  for (const { who } of all.values()) who.sort((a, b) => a - b);
  return all;
}

/** With `arp_ignore` 0 every interface answers for every address of the node (Linux's weak host model). */
function answeredAt(node: PlannedNode, segment: string): Set<Ipv4> {
  const own = node.interfaces.filter((port) => node.sysctls.arp_ignore === 0 || port.segment === segment);
  const hidden = node.sysctls.arp_ignore === 1;
  return new Set([...own.map(({ address }) => address), ...(hidden ? [] : node.loopback)]);
}
