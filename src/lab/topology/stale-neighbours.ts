import type { Plan, PlannedNode } from './plan.ts';

/** An address on a segment that somebody else answers ARP for than before. */
export interface StaleNeighbour {
  readonly segment: string;
  readonly address: number;
}

/** Which neighbour entries a change of plan makes untrue: those of addresses whose possible ARP answers differ. */
export function staleNeighbours(before: Plan, after: Plan): StaleNeighbour[] {
  const was = answers(before);
  const now = answers(after);
  const stale: StaleNeighbour[] = [];
  for (const [key, { segment, address, macs }] of was) {
    if (now.get(key)?.macs.join() !== macs.join()) stale.push({ segment, address });
  }
  return stale;
}

interface Answers extends StaleNeighbour {
  readonly macs: number[];
}

/** Who would answer for each address, segment by segment. */
function answers(plan: Plan): Map<string, Answers> {
  const all = new Map<string, Answers>();
  for (const node of plan.nodes) {
    for (const { segment, mac, down } of node.interfaces) {
      if (down) continue;
      for (const address of answeredAt(node, segment)) {
        const key = `${segment} ${address}`;
        const known = all.get(key) ?? { segment, address, macs: [] };
        known.macs.push(mac);
        all.set(key, known);
      }
    }
  }
  for (const { macs } of all.values()) macs.sort((a, b) => a - b);
  return all;
}

/** With `arp_ignore` 0 every interface answers for every address of the node (Linux's weak host model). */
function answeredAt(node: PlannedNode, segment: string): Set<number> {
  const own = node.interfaces.filter((port) => node.sysctls.arp_ignore === 0 || port.segment === segment);
  const hidden = node.sysctls.arp_ignore === 1;
  const vips = node.forwarder?.services.map(({ vip }) => vip) ?? [];
  return new Set([...own.map(({ address }) => address), ...(hidden ? [] : node.loopback), ...vips]);
}
