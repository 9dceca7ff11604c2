import { formatIpv4 } from '../../packet/address.ts';
import { gatewayFix } from './gateway-fix.ts';
import type { Network } from './network.ts';
import type { Path } from './places.ts';
import type { Plan, PlannedNode, PlannedService } from './plan.ts';
import { makeProblem, type Fix, type Problem } from './problem.ts';
import { nodeNamed, pathMtu, walk, type Walk } from './walk.ts';

/** Bytes of the outer IP header in `tun`. */
const WRAPPER = 20;

/** Follows the packets of every service and request over the plan's routes, there and back, and says where they end. */
export function checkPaths(network: Network, plan: Plan): Problem[] {
  const findings = new PathFindings(network);
  for (const node of plan.nodes) findings.gatewaysOf(plan, node);
  for (const service of plan.services) servicePaths(plan, service, findings);
  for (const traffic of plan.traffic) {
    const from = nodeNamed(plan, traffic.from);
    if (from && !plan.services.some(({ vip }) => vip === traffic.to)) directPath(plan, from, traffic.to, findings);
  }
  return findings.problems;
}

function servicePaths(plan: Plan, service: PlannedService, findings: PathFindings): void {
  const director = nodeNamed(plan, service.director);
  if (!director) return;
  const clients = plan.nodes.filter(({ role }) => role === 'client');
  const requests = clients.map((client) => walk(plan, client, service.vip, director.name));
  for (const way of requests) findings.toVip(way, service);
  for (const { name, address } of service.servers) {
    const server = nodeNamed(plan, name);
    if (!server) continue;
    const way = walk(plan, director, address);
    findings.forward(way, name);
    const own = way.links.at(-1);
    if (service.model === 'tun' && way.end === 'arrived') findings.tunnel(way, requests, service, name);
    if (service.model === 'dnat' && service.snat) {
      const dip = way.links[0]?.address;
      if (own && dip !== undefined) findings.back(walk(plan, server, dip), director.name);
      continue;
    }
    for (const client of clients) {
      const reply = walk(plan, server, client.interfaces[0]?.address ?? 0);
      if (service.model === 'dnat') findings.plainReply(reply, service, client.name);
      else findings.back(reply, client.name);
    }
  }
  if (service.model !== 'dnat') return;
  for (const client of clients) findings.back(walk(plan, director, client.interfaces[0]?.address ?? 0), client.name);
}

/** A request that no service takes: to a server, through a NAT or not. */
function directPath(plan: Plan, from: PlannedNode, to: number, findings: PathFindings): void {
  const way = walk(plan, from, to);
  findings.forward(way, formatIpv4(to));
  const server = way.nodes.at(-1);
  if (way.end !== 'arrived' || !server || server === from) return;
  const nat = way.nodes.find((node) => node.forwarder?.nat);
  const outside = nat?.forwarder?.nat && nat.interfaces[nat.forwarder.nat.outside];
  const source = outside ?? way.links[0];
  if (source) findings.back(walk(plan, server, source.address), (nat ?? from).name);
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
    const hops: [Path, string | number | undefined][] = [
      [['nodes', node.name, 'gateway'], settings.gateway],
      ...Object.entries(settings.routes ?? {}).map(
        ([destination, hop]): [Path, string | number] => [['nodes', node.name, 'routes', destination], hop],
      ),
    ];
    for (const [path, hop] of hops) {
      if (typeof hop !== 'number') continue;
      if (plan.nodes.some(({ interfaces }) => interfaces.some(({ address }) => address === hop))) continue;
      this.#add('gateway-nobody', path, { node: node.name, gateway: formatIpv4(hop) }, node.name);
    }
  }

  toVip(way: Walk, service: PlannedService): void {
    if (way.end === 'arrived' || this.#endsWithoutRoute(way)) return;
    const last = way.nodes.at(-1)!;
    const path = this.#servicePath(service.name);
    const params = { vip: formatIpv4(service.vip), at: last.name, director: service.director };
    this.#add('vip-unreachable', [...path, 'vip'], params, service.name);
  }

  forward(way: Walk, to: string): void {
    if (way.end !== 'arrived' && !this.#endsWithoutRoute(way)) this.#stuck('no-path', way, to);
  }

  back(way: Walk, to: string): void {
    if (way.end !== 'arrived' && !this.#endsWithoutRoute(way)) this.#stuck('no-path-back', way, to);
  }

  /** LVS-NAT without a changed source: only the director can turn the reply back into one from the VIP. */
  plainReply(way: Walk, service: PlannedService, client: string): void {
    if (way.nodes.some(({ name }) => name === service.director)) return;
    const server = way.nodes[0]!;
    if (this.#endsWithoutRoute(way, service.director)) return;
    const params = { server: server.name, director: service.director, client };
    const path: Path = ['nodes', server.name, 'gateway'];
    this.#add('dnat-gateway', path, params, server.name, this.#replace(path, service.director));
  }

  tunnel(way: Walk, requests: readonly Walk[], service: PlannedService, server: string): void {
    const arrived = requests.filter(({ end, links }) => end === 'arrived' && links.length > 0);
    const needed = Math.max(...arrived.map(pathMtu)) + WRAPPER;
    const link = way.links.find(({ mtu }) => mtu < needed);
    if (arrived.length === 0 || !link) return;
    const sender = way.nodes[way.links.indexOf(link)]!;
    const own: Path = ['nodes', sender.name, 'at', link.segment, 'mtu'];
    const shared: Path = ['segments', link.segment, 'mtu'];
    const path = this.#network.document.places.has(own) ? own : shared;
    const params = { segment: link.segment, server, mtu: link.mtu, needed, service: service.name };
    this.#add('tunnel-mtu', path, params, link.segment, this.#replace(path, String(needed)));
  }

  /** The sender itself, or a router on the way, knows no route: told at that node, with the gateway it may have. */
  #endsWithoutRoute(way: Walk, preferred?: string): boolean {
    if (way.end !== 'no-route') return false;
    const last = way.nodes.at(-1)!;
    const fix = gatewayFix(this.#network, last.name, preferred);
    const params = { node: last.name, gateway: fix?.gateway ?? '-' };
    this.#add('missing-gateway', ['nodes', last.name], params, last.name, fix?.edit);
    return true;
  }

  #stuck(code: 'no-path' | 'no-path-back', way: Walk, to: string): void {
    const last = way.nodes.at(-1)!;
    // Whose gateway nobody has has been told already.
    if (this.#seen.has(`gateway-nobody ${last.name}`)) return;
    const params = { from: way.nodes[0]!.name, to, at: last.name };
    const hasGateway = this.#network.document.places.has(['nodes', last.name, 'gateway']);
    this.#add(code, ['nodes', last.name, ...(hasGateway ? ['gateway'] : [])], params, last.name);
  }

  #add(code: Problem['code'], path: Path, params: Record<string, string | number>, about: string, fix?: Fix): void {
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
