import type { Plan, PlannedInterface, PlannedNode, PlannedService } from '../../lab/topology/plan.ts';
import type { CheckConfig } from '../../forwarder/health/health.ts';
import { hidesClient, models } from '../../models/models.ts';
import { inSubnet, type Ipv4, type Mac } from '../../packet/address.ts';

/** One interface of one node. */
export interface Station {
  readonly node: PlannedNode;
  readonly port: PlannedInterface;
}

/** Who asks whom. */
interface Asking {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
}

export interface Route extends Station {
  /** The address to resolve on the segment: the destination itself, or a gateway. */
  readonly nextHop: Ipv4;
}

/** All that may carry it, the preferred one first. */
export function directorsOf({ director, directors }: PlannedService): readonly string[] {
  return directors ?? [director];
}

const ROUTES_KEPT = 1000;
const NOBODY: readonly string[] = [];

/** A plan made quick to ask: who owns a MAC or an address, and where a node sends a packet. */
export class PlanIndex {
  readonly plan: Plan;
  readonly #byMac = new Map<Mac, Station>();
  readonly #byAddress = new Map<Ipv4, Station>();
  readonly #byPoint = new Map<string, Map<string, Station>>();
  readonly #byName = new Map<string, PlannedNode>();
  readonly #vips = new Map<Ipv4, PlannedService[]>();
  /** The directors of the services at each VIP, and those that may have an address that moves with them. */
  readonly #directorsOf = new Map<Ipv4, readonly string[]>();
  /** Some node gives packets other addresses. */
  readonly translates: boolean;
  readonly #directors: ReadonlySet<string>;
  readonly #routes = new Map<PlannedNode, Map<Ipv4, Route | undefined>>();
  /** The routers that share one outside address among hosts. */
  readonly nats: readonly string[];
  readonly #checksServers: boolean;

  constructor(plan: Plan) {
    this.plan = plan;
    this.#directors = new Set(plan.services.flatMap(directorsOf));
    this.#checksServers = plan.nodes.some(({ forwarder }) => forwarder?.services.some(({ check }) => check));
    this.nats = plan.nodes.filter(({ forwarder }) => forwarder?.nat).map(({ name }) => name);
    this.translates = this.nats.length > 0 || plan.services.some(({ model }) => models[model].translates);
    for (const node of plan.nodes) {
      this.#byName.set(node.name, node);
      const points = new Map<string, Station>();
      this.#byPoint.set(node.name, points);
      for (const port of node.interfaces) {
        const station = { node, port };
        for (const mac of [port.mac, ...(port.otherMacs ?? [])]) this.#byMac.set(mac, station);
        this.#byAddress.set(port.address, station);
        points.set(port.segment, station);
      }
    }
    for (const service of plan.services) {
      const sharing = this.#vips.get(service.vip);
      if (sharing) sharing.push(service);
      else this.#vips.set(service.vip, [service]);
      this.#carry(service.vip, directorsOf(service));
    }
    for (const { name, forwarder } of plan.nodes)
      for (const { address } of forwarder?.redundancy?.addresses ?? []) this.#carry(address, [name]);
  }

  #carry(address: Ipv4, names: readonly string[]): void {
    this.#directorsOf.set(address, [...new Set([...this.directorsOf(address), ...names])]);
  }

  stationOfMac(mac: Mac): Station | undefined {
    return this.#byMac.get(mac);
  }

  /** Whether both are of one interface. */
  isSameStation(one: Mac, other: Mac): boolean {
    return one === other || (this.#byMac.has(one) && this.#byMac.get(one) === this.#byMac.get(other));
  }

  /** By capture point. */
  station(node: string, segment: string): Station | undefined {
    return this.#byPoint.get(node)?.get(segment);
  }

  /** The owner of an interface address; a VIP has none. */
  stationOfAddress(address: Ipv4): Station | undefined {
    return this.#byAddress.get(address);
  }

  node(name: string): PlannedNode | undefined {
    return this.#byName.get(name);
  }

  isVip(address: Ipv4): boolean {
    return this.#vips.has(address);
  }

  service(vip: Ipv4, protocol: 'tcp' | 'udp', port: number): PlannedService | undefined {
    return this.#vips.get(vip)?.find((one) => one.port === port && one.protocol === protocol);
  }

  /** Which health check this is the first packet of, if it is one: a director asks a server by its own address. */
  probe(
    { source, sourcePort, destination, destinationPort }: Asking,
    protocol: string,
  ): CheckConfig['probe'] | undefined {
    if (!this.#checksServers || (protocol !== 'tcp' && protocol !== 'icmp')) return undefined;
    const { forwarder } = this.#byAddress.get(source)?.node ?? {};
    for (const { servers, model, port, check } of forwarder?.services ?? []) {
      if (!check || (check.probe === 'ping') !== (protocol === 'icmp')) continue;
      const server = servers.find(({ address }) => address === destination);
      if (!server) continue;
      if (check.probe === 'ping') return 'ping';
      // By its pool a director speaks for clients.
      const isOurs = forwarder!.services.some(
        (one) => hidesClient(one) && one.ports.first <= sourcePort && sourcePort <= one.ports.last,
      );
      const asked = models[model].translates ? server.port : port;
      if (asked === destinationPort && !isOurs) return check.probe;
    }
    return undefined;
  }

  /** Who may have this address: the directors of the services at a VIP, and of an address that moves with one. */
  directorsOf(vip: Ipv4): readonly string[] {
    return this.#directorsOf.get(vip) ?? NOBODY;
  }

  isDirector(name: string): boolean {
    return this.#directors.has(name);
  }

  isServer(name: string): boolean {
    return this.#byName.get(name)?.role === 'server';
  }

  /** Packets begin and end there. */
  isHost(name: string): boolean {
    return this.isServer(name) || this.#byName.get(name)?.role === 'client';
  }

  /** Clients speak to servers by an address of this node's. */
  lends({ name, forwarder }: PlannedNode): boolean {
    if (forwarder === undefined) return false;
    return (
      forwarder.nat !== undefined ||
      this.plan.services.some((one) => directorsOf(one).includes(name) && hidesClient(one))
    );
  }

  /** An address of one of the node's own interfaces or of its `lo`. */
  isLocal(node: PlannedNode, address: Ipv4): boolean {
    return node.interfaces.some((port) => port.address === address) || node.loopback.includes(address);
  }

  /** The longest prefix wins, connected subnets first, as in the kernel. Interfaces that are down have no routes. */
  route(node: PlannedNode, destination: Ipv4): Route | undefined {
    let known = this.#routes.get(node);
    if (known === undefined) this.#routes.set(node, (known = new Map()));
    if (known.has(destination)) return known.get(destination);
    const route = findRoute(node, destination);
    // Frames may bear any address; remembering them all would never end.
    if (known.size < ROUTES_KEPT) known.set(destination, route);
    return route;
  }

  /**
   * The MAC that should answer for an address on a segment: its interface's, or the director's for a VIP. Which of several
   * directors has an address is not the plan's to say: `candidate`, if that is one, else the preferred one.
   */
  macOf(address: Ipv4, segment: string, candidate?: string): Mac | undefined {
    const owner = this.#byAddress.get(address);
    if (owner) return owner.port.segment === segment ? owner.port.mac : undefined;
    const directors = this.directorsOf(address);
    for (const director of candidate !== undefined && directors.includes(candidate)
      ? [candidate]
      : directors) {
      const station = this.station(director, segment);
      if (station) return station.port.mac;
    }
    return undefined;
  }
}

function findRoute(node: PlannedNode, destination: Ipv4): Route | undefined {
  let best = -1;
  let found: Route | undefined;
  for (const port of node.interfaces) {
    if (port.down || port.prefixLength <= best) continue;
    if (!inSubnet(destination, port.address, port.prefixLength)) continue;
    best = port.prefixLength;
    found = { node, port, nextHop: destination };
  }
  for (const { network, prefixLength, via } of node.routes) {
    if (prefixLength <= best || !inSubnet(destination, network, prefixLength)) continue;
    const port = node.interfaces.find((one) => !one.down && inSubnet(via, one.address, one.prefixLength));
    if (port === undefined) continue;
    best = prefixLength;
    found = { node, port, nextHop: via };
  }
  return found;
}
