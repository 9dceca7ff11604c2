import { inSubnet } from '../../packet/address.ts';
import type { Plan, PlannedInterface, PlannedNode } from './plan.ts';

/** Where a packet gets to, by addresses and routes alone; interfaces that are down count as up. */
export interface Walk {
  readonly end: 'arrived' | 'no-route' | 'nobody' | 'not-forwarded' | 'loop';
  /** The nodes that have held it, the last one being where it ended. */
  readonly nodes: readonly PlannedNode[];
  /** The interfaces it left by. */
  readonly links: readonly PlannedInterface[];
  /** Whom the last node asked for, when the end is `nobody`. */
  readonly nextHop?: number;
}

/** `director` is who answers for the destination when that is a VIP: no node has it on an interface. */
export function walk(plan: Plan, from: PlannedNode, destination: number, director?: string): Walk {
  const nodes = [from];
  const links: PlannedInterface[] = [];
  for (let at = from; ;) {
    if (owns(at, destination) || at.name === director) return { end: 'arrived', nodes, links };
    if (at !== from && !forwards(at, links.at(-1)!, destination))
      return { end: 'not-forwarded', nodes, links };
    const way = lookUp(at, destination);
    if (!way) return { end: 'no-route', nodes, links };
    links.push(way.link);
    const next = neighbour(plan, at, way.link.segment, way.nextHop, destination, director);
    if (!next) return { end: 'nobody', nodes, links, nextHop: way.nextHop };
    if (nodes.includes(next)) return { end: 'loop', nodes, links };
    nodes.push(next);
    at = next;
  }
}

/** The largest packet that fits every link of the walk. */
export function pathMtu({ links }: Walk): number {
  return Math.min(...links.map(({ mtu }) => mtu));
}

export function nodeNamed(plan: Plan, name: string): PlannedNode | undefined {
  return plan.nodes.find((node) => node.name === name);
}

function owns(node: PlannedNode, address: number): boolean {
  return node.interfaces.some((port) => port.address === address);
}

/** A NAT router takes packets from inside to outside; replies to its own address count as arrived. */
function forwards(node: PlannedNode, arrivedBy: PlannedInterface, destination: number): boolean {
  if (node.sysctls.ip_forward === 1) return true;
  const nat = node.forwarder?.nat;
  if (!nat) return false;
  const outside = node.interfaces[nat.outside]!;
  return (
    arrivedBy.segment !== outside.segment ||
    !node.interfaces.some((port) => port !== outside && reaches(port, destination))
  );
}

/** Longest prefix first; a connected subnet wins over a route of the same length. */
function lookUp(
  node: PlannedNode,
  destination: number,
): { link: PlannedInterface; nextHop: number } | undefined {
  const connected = node.interfaces.map((link) => ({
    link,
    nextHop: destination,
    length: reaches(link, destination) ? link.prefixLength : -1,
  }));
  const routed = node.routes.flatMap(({ network, prefixLength, via }) => {
    const link = node.interfaces.find((port) => reaches(port, via));
    return link
      ? [{ link, nextHop: via, length: inSubnet(destination, network, prefixLength) ? prefixLength : -1 }]
      : [];
  });
  return [...connected, ...routed]
    .filter(({ length }) => length >= 0)
    .reduce<{ link: PlannedInterface; nextHop: number; length: number } | undefined>(
      (best, way) => (best && best.length >= way.length ? best : way),
      undefined,
    );
}

function neighbour(
  plan: Plan,
  from: PlannedNode,
  segment: string,
  nextHop: number,
  destination: number,
  director: string | undefined,
): PlannedNode | undefined {
  return plan.nodes.find(
    (node) =>
      node !== from &&
      node.interfaces.some(
        (port) =>
          port.segment === segment &&
          (port.address === nextHop || (node.name === director && nextHop === destination)),
      ),
  );
}

function reaches(port: PlannedInterface, address: number): boolean {
  return inSubnet(address, port.address, port.prefixLength);
}
