import type { Ipv4 } from '../../packet/address.ts';
import {
  buildNetwork,
  everyServer,
  nodesOfRole,
  type Network,
  type NetworkNode,
  type NetworkService,
} from './network.ts';
import type { TopologyDocument } from './parse.ts';
import type { PlannedTraffic } from './plan.ts';
import { servicesOf } from './plan-services.ts';
import type { TrafficSettings } from './schema.ts';

/** The port of a server that no service and no `listen:` says anything about. */
export const DEFAULT_PORT = 80;

/** One entry of the plan for each client of each entry of the file; without `from` that is every client. */
export function plannedTraffic(network: Network): PlannedTraffic[] {
  return trafficByEntry(network).flat();
}

/** Which entries of the plan an entry of the file became, all from 0. */
export function plannedOf(document: TopologyDocument, entry: number): number[] {
  const all = trafficByEntry(buildNetwork(document));
  const before = all.slice(0, entry).flat().length;
  return (all[entry] ?? []).map((_, index) => before + index);
}

function trafficByEntry(network: Network): PlannedTraffic[][] {
  return network.document.topology.traffic.map((settings, written) => {
    const destination = destinationOf(network, settings);
    if (!destination) return [];
    const protocol = settings.protocol ?? destination.protocol;
    return sendersOf(network, settings).map((from) => ({
      from,
      to: destination.address,
      port: settings.port ?? destination.port,
      ...(protocol !== undefined && { protocol }),
      afterNs: settings.after,
      everyNs: settings.every,
      // A load is run once.
      count: settings.load ? 1 : settings.count,
      request: settings.request ?? (settings.upload > 0 ? 'POST /' : 'GET /'),
      responseBytes: settings.response,
      requestBytes: settings.upload,
      ...(settings.load && {
        load: { connections: settings.load.connections, durationNs: settings.load.for },
      }),
      ...(settings.sourcePort !== undefined && { sourcePort: settings.sourcePort }),
      written,
      timeoutNs: settings.timeout,
    }));
  });
}

/** What an entry says; else UDP where there are only UDP services at its address and port, TCP everywhere else. */
export function trafficProtocol(network: Network, settings: TrafficSettings): 'tcp' | 'udp' | 'icmp' {
  const destination = destinationOf(network, settings);
  const said = settings.protocol ?? destination?.protocol;
  if (said !== undefined || !destination) return said ?? 'tcp';
  const port = settings.port ?? destination.port;
  const there = network.services.filter(
    (service) => service.settings.vip === destination.address && service.settings.port === port,
  );
  return there.length > 0 && there.every((service) => service.settings.protocol === 'udp') ? 'udp' : 'tcp';
}

export function sendersOf(network: Network, { from }: TrafficSettings): string[] {
  if (from === undefined) return nodesOfRole(network, 'client').map(({ name }) => name);
  return typeof from === 'string' ? [from] : [...from];
}

export interface Destination {
  readonly address: Ipv4;
  readonly port: number;
  /** Of a UDP service that is named: a TCP service may have the same address and port. */
  readonly protocol?: 'udp';
}

/** A service's name, a node's name or an address; without `to`, the only service, or else the only server. */
export function destinationOf(network: Network, { to }: TrafficSettings): Destination | undefined {
  if (typeof to === 'number') return { address: to, port: portAt(network, to) };
  if (to !== undefined) {
    const service = network.services.find(({ name }) => name === to);
    if (service) return atService(service);
    return atNode(network, network.nodes.get(to));
  }
  const [only, ...others] = network.services;
  if (only) return others.length === 0 ? atService(only) : undefined;
  const [server, ...more] = nodesOfRole(network, 'server');
  return more.length === 0 ? atNode(network, server) : undefined;
}

/** The ports a node's HTTP server answers: those it is told, else its services', else those it is asked at. */
export function listenPorts(
  network: Network,
  node: NetworkNode,
  traffic: readonly PlannedTraffic[],
): number[] {
  const own = ownPorts(network, node);
  if (own.length > 0 || node.settings.role !== 'server') return own;
  const asked = askedAt(node, traffic).filter(({ protocol }) => (protocol ?? 'tcp') === 'tcp');
  return [...new Set([...asked.map(({ port }) => port), ...(asked.length === 0 ? [DEFAULT_PORT] : [])])];
}

/** The UDP ports at which traffic asks the server by an address of its own. */
export function datagramPorts(node: NetworkNode, traffic: readonly PlannedTraffic[]): number[] {
  if (node.settings.role !== 'server') return [];
  const asked = askedAt(node, traffic).filter(({ protocol }) => protocol === 'udp');
  return [...new Set(asked.map(({ port }) => port))];
}

function askedAt(node: NetworkNode, traffic: readonly PlannedTraffic[]): PlannedTraffic[] {
  return traffic.filter(({ to }) => node.interfaces.some(({ address }) => address === to));
}

function ownPorts(network: Network, node: NetworkNode): number[] {
  const { listen } = node.settings;
  if (listen !== undefined) return [...new Set([listen].flat())];
  const overTcp = servicesOf(network, node).filter(({ settings }) => settings.protocol === 'tcp');
  const served = overTcp.flatMap((service) =>
    everyServer(service)
      .filter((server) => server.node === node)
      .map(({ port }) => port),
  );
  return [...new Set(served)];
}

function portAt(network: Network, address: Ipv4): number {
  const service = network.services.find(({ settings }) => settings.vip === address);
  if (service) return service.settings.port;
  const node = [...network.nodes.values()].find((candidate) =>
    candidate.interfaces.some((port) => port.address === address),
  );
  return (node && ownPorts(network, node)[0]) ?? DEFAULT_PORT;
}

function atService({ settings: { vip, port, protocol } }: NetworkService): Destination {
  return { address: vip, port, ...(protocol === 'udp' && { protocol }) };
}

function atNode(network: Network, node: NetworkNode | undefined): Destination | undefined {
  const address = node?.interfaces[0]?.address;
  if (!node || address === undefined) return undefined;
  return { address, port: ownPorts(network, node)[0] ?? DEFAULT_PORT };
}
