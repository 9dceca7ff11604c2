import { models, tunnelOf } from '../../models/models.ts';
import { formatIpv4, inSubnet, type Ipv4, NO_ADDRESS, parseCidr } from '../../packet/address.ts';
import { gatewayFix } from './gateway-fix.ts';
import type { Network } from './network.ts';
import type { Path } from './places.ts';
import { destinationOf, sendersOf } from './plan-traffic.ts';
import type { Plan, PlannedNode, PlannedService } from './plan.ts';
import { makeProblem, type Fix, type Problem } from './problem.ts';
import { pathMtu, reaches, Ways, type Walk } from './walk.ts';

/** Follows the packets of every service and request over the plan's routes, there and back, and says where they end. */
export function checkPaths(network: Network, plan: Plan): Problem[] {
  const findings = new PathFindings(network);
  const ways = new Ways(plan);
  for (const node of plan.nodes) findings.gatewaysOf(plan, node);
  for (const service of plan.services) servicePaths(plan, ways, service, findings);
  for (const [index, settings] of network.document.topology.traffic.entries()) {
    const to = destinationOf(network, settings)?.address;
    if (to === undefined || plan.services.some(({ vip }) => vip === to)) continue;
    for (const name of sendersOf(network, settings)) {
      const from = ways.node(name);
      if (from) directPath(ways, from, to, ['traffic', index, 'to'], findings);
    }
  }
  return findings.problems;
}

function servicePaths(plan: Plan, ways: Ways, service: PlannedService, findings: PathFindings): void {
  const director = ways.node(service.director);
  if (!director) return;
  const { translates } = models[service.model];
  const clients = plan.nodes.filter(({ role }) => role === 'client');
  const requests = clients.map((client) => ways.walk(client, service.vip, director.name));
  for (const way of requests) findings.toVip(way, service, director);
  // Of a request that gets nowhere it is not known whom it would seem to come from, where there are NAT routers.
  const answerable = plan.nodes.some(isNat) ? requests.filter(({ end }) => end === 'arrived') : requests;
  for (const { name, address } of service.servers) {
    const server = ways.node(name);
    if (!server) continue;
    const way = ways.walk(director, address);
    findings.forward(way, name);
    if (models[service.model].wraps && way.end === 'arrived') findings.tunnel(way, requests, service, name);
    if (translates && (service.snat || way.nodes.some(isNat))) {
      if (way.links.length > 0) findings.replies(ways, server, way);
      continue;
    }
    for (const request of answerable) {
      const reply = translates && ways.walk(server, originsOf(request)[0]!.address);
      if (reply) findings.plainReply(reply, service, request.nodes[0]!.name);
      else findings.replies(ways, server, request);
    }
  }
  if (translates) for (const request of answerable) findings.replies(ways, director, request);
}

/** A request that no service takes: to a server, through a NAT or not. */
function directPath(ways: Ways, from: PlannedNode, to: Ipv4, place: Path, findings: PathFindings): void {
  const way = ways.walk(from, to);
  const isNowhere = way.nextHop === to || way.end === 'no-route';
  findings.forward(way, formatIpv4(to), isNowhere ? place : undefined);
  const server = way.nodes.at(-1);
  if (way.end === 'arrived' && server && server !== from) findings.replies(ways, server, way);
}

interface Origin {
  readonly node: PlannedNode;
  readonly address: Ipv4;
}

/** Whom a request seems to come from where it got to, then whom before that: each NAT router it crossed, last its sender. */
function originsOf({ nodes, links }: Walk): Origin[] {
  const origins: Origin[] = [
    { node: nodes[0]!, address: (links[0] ?? nodes[0]!.interfaces[0])?.address ?? NO_ADDRESS },
  ];
  for (const node of nodes.slice(1)) {
    const outside = node.forwarder?.nat && node.interfaces[node.forwarder.nat.outside];
    if (outside) origins.unshift({ node, address: outside.address });
  }
  return origins;
}

function isNat({ forwarder }: PlannedNode): boolean {
  return forwarder?.nat !== undefined;
}

function mayHave({ interfaces, forwarder }: PlannedNode, address: Ipv4): boolean {
  return (
    interfaces.some((port) => port.address === address) ||
    (forwarder?.redundancy?.addresses.some((moving) => moving.address === address) ?? false)
  );
}

/** Collects problems, each once: many packets end at the same place. */
class PathFindings {
  readonly problems: Problem[] = [];
  readonly #network: Network;
  readonly #seen = new Set<string>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** A next hop that no node has will not answer ARP. */
  gatewaysOf(plan: Plan, node: PlannedNode): void {
    const { settings } = this.#network.nodes.get(node.name)!;
    const hops: [Path, string | Ipv4 | undefined][] = [
      [['nodes', node.name, 'gateway'], settings.gateway],
      ...Object.entries(settings.routes ?? {}).map(([destination, hop]): [Path, string | Ipv4] => [
        ['nodes', node.name, 'routes', destination],
        hop,
      ]),
    ];
    for (const [path, hop] of hops) {
      if (typeof hop !== 'number') continue;
      if (plan.nodes.some((other) => mayHave(other, hop))) continue;
      this.#add('gateway-nobody', path, { node: node.name, gateway: formatIpv4(hop) }, node.name);
    }
  }

  toVip(way: Walk, service: PlannedService, director: PlannedNode): void {
    const last = way.nodes.at(-1)!;
    if (way.end === 'arrived' || this.#endsWithoutRoute(way) || this.#isTold(last)) return;
    const isAtDirectors = director.interfaces.some((port) => reaches(port, service.vip));
    if (way.end === 'not-forwarded' || (way.end === 'loop' && isAtDirectors)) {
      this.#stuck('no-path', way, formatIpv4(service.vip));
      return;
    }
    const path = this.#servicePath(service.name);
    const params = { vip: formatIpv4(service.vip), at: last.name, director: service.director };
    this.#add('vip-unreachable', [...path, 'vip'], params, service.name);
  }

  /** `place` is where the destination is written, when the packet got as far as its segment or there is none. */
  forward(way: Walk, to: string, place?: Path): void {
    if (way.end !== 'arrived' && !this.#endsWithoutRoute(way)) this.#stuck('no-path', way, to, place);
  }

  /** From where a request got to back to its sender, by every NAT router that it crossed. */
  replies(ways: Ways, from: PlannedNode, request: Walk): void {
    let at = from;
    for (const { node, address } of originsOf(request)) {
      const way = ways.walk(at, address);
      if (way.end !== 'arrived') {
        if (!this.#endsWithoutRoute(way)) this.#stuck('no-path-back', way, node.name);
        return;
      }
      at = node;
    }
  }

  /** LVS-NAT without a changed source: only the director can turn the reply back into one from the VIP. */
  plainReply(way: Walk, service: PlannedService, client: string): void {
    const server = way.nodes[0]!;
    const director = way.nodes.find(({ name }) => name === service.director);
    if (director) return this.#gatewayStays(server, director, service);
    if (this.#endsWithoutRoute(way, service.director)) return;
    const params = { server: server.name, director: service.director, client };
    const [link] = way.links;
    if (way.end === 'arrived' && way.links.length === 1 && link) {
      // No gateway has a part in this.
      this.#add('dnat-same-segment', ['nodes', client, 'at', link.segment], params, client);
      return;
    }
    const path: Path = ['nodes', server.name, 'gateway'];
    this.#add('dnat-gateway', path, params, server.name, this.#replace(path, service.director));
  }

  /** Of several directors the next one gets the replies only if the servers' gateway goes over to it too. */
  #gatewayStays(server: PlannedNode, director: PlannedNode, service: PlannedService): void {
    if (!service.directors) return;
    const own = server.routes.filter(({ via }) => director.interfaces.some(({ address }) => address === via));
    if (own.length === 0) return;
    const params = { server: server.name, director: director.name, gateway: formatIpv4(own[0]!.via) };
    this.#add('gateway-stays', ['nodes', server.name, 'gateway'], params, server.name);
  }

  tunnel(way: Walk, requests: readonly Walk[], service: PlannedService, server: string): void {
    const arrived = requests.filter(({ end, links }) => end === 'arrived' && links.length > 0);
    const { overhead } = tunnelOf(service);
    const needed = Math.max(...arrived.map(pathMtu)) + overhead;
    const link = way.links.find(({ mtu }) => mtu < needed);
    if (arrived.length === 0 || !link) return;
    const sender = way.nodes[way.links.indexOf(link)]!;
    const own: Path = ['nodes', sender.name, 'at', link.segment, 'mtu'];
    const shared: Path = ['segments', link.segment, 'mtu'];
    const { places } = this.#network.document;
    const path = [own, shared].find((candidate) => places.has(candidate)) ?? shared.slice(0, 2);
    const subnet = places.text.slice(places.value(path).start.offset, places.value(path).end.offset);
    const isShort = path.length === 2 && !places.has([...path, 'subnet']);
    const text = isShort ? `{ subnet: ${subnet}, mtu: ${needed} }` : String(needed);
    const fix = isShort || path.length > 2 ? this.#replace(path, text) : undefined;
    const params = { segment: link.segment, server, mtu: link.mtu, needed, overhead, service: service.name };
    this.#add('tunnel-mtu', path, params, link.segment, fix);
  }

  /** The sender itself, or a router on the way, knows no route: told at that node, if there is a gateway it may have. */
  #endsWithoutRoute(way: Walk, preferred?: string): boolean {
    if (way.end !== 'no-route') return false;
    const last = way.nodes.at(-1)!;
    const fix = gatewayFix(this.#network, last.name, preferred);
    if (fix.gateways.length === 0) return false;
    const params = { node: last.name, gateways: fix.gateways.join(', ') };
    this.#add('missing-gateway', ['nodes', last.name], params, last.name, fix.edit);
    return true;
  }

  #stuck(code: 'no-path' | 'no-path-back', way: Walk, to: string, place?: Path): void {
    const last = way.nodes.at(-1)!;
    if (this.#isTold(last)) return;
    // Who passes nothing on, or has nobody to pass it on to, was given the packet by mistake.
    const isMisled = way.end === 'not-forwarded' || way.end === 'no-route';
    const wrong = (isMisled && way.nodes.at(-2)) || last;
    const params = { from: way.nodes[0]!.name, to, at: last.name, node: wrong.name };
    const path = this.#routePath(wrong.name, way.destination);
    const router = gatewayFix(this.#network, wrong.name).gateways.find((name) => name !== last.name);
    const fix = path.at(-1) === 'gateway' && router !== undefined ? this.#replace(path, router) : undefined;
    this.#add(
      code,
      place ?? path,
      params,
      `${wrong.name} ${last.name} ${String(place)}`,
      place ? undefined : fix,
    );
  }

  /** The setting that decides where a node sends a packet: the longest of its `routes` that fits, its `gateway`, or none. */
  #routePath(name: string, destination: Ipv4): Path {
    const { settings, path } = this.#network.nodes.get(name)!;
    let length = -1;
    let found = settings.gateway === undefined ? path : [...path, 'gateway'];
    for (const written of Object.keys(settings.routes ?? {})) {
      const cidr = parseCidr(written);
      if (!cidr || cidr.prefixLength <= length) continue;
      if (!inSubnet(destination, cidr.network, cidr.prefixLength)) continue;
      length = cidr.prefixLength;
      found = [...path, 'routes', written];
    }
    return found;
  }

  /** Whether it has been said already that the node's next hop does not exist. */
  #isTold({ name }: PlannedNode): boolean {
    return this.#seen.has(`gateway-nobody ${name}`);
  }

  #add(
    code: Problem['code'],
    path: Path,
    params: Record<string, string | number>,
    about: string,
    fix?: Fix,
  ): void {
    const key = `${code} ${about}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.problems.push(makeProblem(code, this.#network.document.places.of(path), params, { fix }));
  }

  /** Where the file says nothing at the path there is nothing to replace. */
  #replace(path: Path, text: string): Fix | undefined {
    const { places } = this.#network.document;
    return places.has(path) ? { kind: 'replace', range: places.of(path), text } : undefined;
  }

  #servicePath(name: string): Path {
    return this.#network.services.find((service) => service.name === name)?.path ?? [];
  }
}
