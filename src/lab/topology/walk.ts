import { inSubnet, type Ipv4 } from '../../packet/address.ts';
import type { Plan, PlannedInterface, PlannedNode } from './plan.ts';

/** Where a packet gets to, by addresses and routes alone; interfaces that are down count as up. */
export interface Walk {
  readonly end: 'arrived' | 'no-route' | 'nobody' | 'not-forwarded' | 'loop';
  /** The nodes that have held it, the last one being where it ended. */
  readonly nodes: readonly PlannedNode[];
  /** The interfaces it left by. */
  readonly links: readonly PlannedInterface[];
  readonly destination: Ipv4;
  /** Whom the last node asked for, when the end is `nobody`. */
  readonly nextHop?: Ipv4;
}

/**
 * The ways of a plan. Each is walked once: the replies of one server to one client are the same in all of its services,
 * and a lab of 128 nodes has thousands of ways.
 */
export class Ways {
  readonly #nodes: ReadonlyMap<string, PlannedNode>;
  /** By segment and address, the first node that has it; an address that moves, the preferred one. */
  readonly #holders = new Map<string, Map<Ipv4, PlannedNode>>();
  readonly #walked = new Map<string, Map<PlannedNode, Map<Ipv4, Walk>>>();

  constructor({ nodes }: Plan) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    for (const node of nodes) {
      for (const { segment, address } of node.interfaces) {
        const holders = entry(this.#holders, segment, () => new Map<Ipv4, PlannedNode>());
        if (!holders.has(address)) holders.set(address, node);
      }
    }
    const priority = ({ forwarder }: PlannedNode) => forwarder?.redundancy?.priority ?? 0;
    for (const node of nodes.toSorted((a, b) => priority(b) - priority(a))) {
      for (const { address, port } of node.forwarder?.redundancy?.addresses ?? []) {
        const { segment } = node.interfaces[port]!;
        const holders = entry(this.#holders, segment, () => new Map<Ipv4, PlannedNode>());
        if (!holders.has(address)) holders.set(address, node);
      }
    }
  }

  node(name: string): PlannedNode | undefined {
    return this.#nodes.get(name);
  }

  /** `director` is who answers for the destination when that is a VIP: no node has it on an interface. */
  walk(from: PlannedNode, destination: Ipv4, director = ''): Walk {
    const byNode = entry(this.#walked, director, () => new Map<PlannedNode, Map<Ipv4, Walk>>());
    const byDestination = entry(byNode, from, () => new Map<Ipv4, Walk>());
    return entry(byDestination, destination, () => this.#walk(from, destination, this.node(director)));
  }

  #walk(from: PlannedNode, destination: Ipv4, director: PlannedNode | undefined): Walk {
    const nodes = [from];
    const links: PlannedInterface[] = [];
    for (let at = from; ;) {
      if (at === director || owns(at, destination)) return { end: 'arrived', destination, nodes, links };
      if (at !== from && !forwards(at, links.at(-1)!))
        return { end: 'not-forwarded', destination, nodes, links };
      const way = lookUp(at, destination);
      if (!way) return { end: 'no-route', destination, nodes, links };
      links.push(way.link);
      const next = this.#neighbour(at, way.link.segment, way.nextHop, destination, director);
      if (!next) return { end: 'nobody', destination, nodes, links, nextHop: way.nextHop };
      if (nodes.includes(next)) return { end: 'loop', destination, nodes, links };
      nodes.push(next);
      at = next;
    }
  }

  /** Who answers ARP for the next hop. */
  #neighbour(
    from: PlannedNode,
    segment: string,
    nextHop: Ipv4,
    destination: Ipv4,
    director: PlannedNode | undefined,
  ): PlannedNode | undefined {
    const holder = this.#holders.get(segment)?.get(nextHop);
    if (holder && holder !== from) return holder;
    const answers = director !== undefined && director !== from && nextHop === destination;
    return answers && director.interfaces.some((port) => port.segment === segment) ? director : undefined;
  }
}

/** The largest packet that fits every link of the walk. */
export function pathMtu({ links }: Walk): number {
  return Math.min(...links.map(({ mtu }) => mtu));
}

function owns(node: PlannedNode, address: Ipv4): boolean {
  return node.interfaces.some((port) => port.address === address);
}

/** A NAT router takes packets from inside to outside; replies to its own address count as arrived. */
function forwards(node: PlannedNode, arrivedBy: PlannedInterface): boolean {
  if (node.sysctls.ip_forward === 1) return true;
  const nat = node.forwarder?.nat;
  return nat !== undefined && arrivedBy.segment !== node.interfaces[nat.outside]!.segment;
}

/** Longest prefix first; a connected subnet wins over a route of the same length. */
function lookUp(
  node: PlannedNode,
  destination: Ipv4,
): { readonly link: PlannedInterface; readonly nextHop: Ipv4 } | undefined {
  let link: PlannedInterface | undefined;
  let nextHop = destination;
  let length = -1;
  for (const port of node.interfaces) {
    if (port.prefixLength <= length || !reaches(port, destination)) continue;
    link = port;
    length = port.prefixLength;
  }
  for (const { network, prefixLength, via } of node.routes) {
    if (prefixLength <= length || !inSubnet(destination, network, prefixLength)) continue;
    const port = node.interfaces.find((candidate) => reaches(candidate, via));
    if (!port) continue;
    link = port;
    nextHop = via;
    length = prefixLength;
  }
  return link && { link, nextHop };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Whether the address is one of the interface's segment. */
export function reaches(port: PlannedInterface, address: Ipv4): boolean {
  return inSubnet(address, port.address, port.prefixLength);
}
