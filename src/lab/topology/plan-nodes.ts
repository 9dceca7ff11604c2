import { models } from '../../models/models.ts';
import {
  IPVS_TIMEOUTS,
  type ForwarderConfig,
  type NatConfig,
  type Timeouts,
} from '../../forwarder/config.ts';
import type { Mac } from '../../packet/address.ts';
import { deriveMac } from './mac.ts';
import type { Network, NetworkNode } from './network.ts';
import type { PlannedInterface, PlannedNode, PlannedTraffic, Sysctls } from './plan.ts';
import { redundancyOf } from './plan-redundancy.ts';
import { DEFAULT_PORTS, directServices, forwarderServices, guePorts } from './plan-services.ts';
import { datagramPorts, listenPorts } from './plan-traffic.ts';
import { NS_PER_MS } from './quantities.ts';
import { plannedRoutes } from './routes.ts';

export const DEFAULT_MAX_CONNECTIONS = 1_048_576;

/** `order` is the order of the lanes. */
export function plannedNodes(
  network: Network,
  order: readonly NetworkNode[],
  traffic: readonly PlannedTraffic[],
): PlannedNode[] {
  const macs = interfaceMacs(network);
  return order.map((node): PlannedNode => {
    const { settings } = node;
    const interfaces = node.interfaces.flatMap((port): PlannedInterface[] => {
      const segment = network.segments.get(port.segment);
      if (!segment) return [];
      return [
        {
          segment: port.segment,
          address: port.address,
          prefixLength: segment.prefixLength,
          mac: macs.get(port.path.join('/'))!,
          mtu: port.mtu ?? segment.mtu,
          loss: port.loss,
          delayNs: port.delay,
          drop: [...new Set(port.drop)],
          down: port.down,
        },
      ];
    });
    const direct = directServices(network, node);
    const vips = settings.holdVip === false ? [] : direct.map((service) => service.settings.vip);
    const tunnelled = direct.some(({ model }) => models[model].wraps);
    const routes = plannedRoutes(network, node);
    const forwarder = forwarderConfig(network, node, interfaces, routes);
    const datagrams = datagramPorts(node, traffic);
    const decapsulate = settings.decapsulate ?? tunnelled;
    const gue = decapsulate ? guePorts(network, node) : [];
    return {
      name: node.name,
      role: settings.role,
      interfaces,
      loopback: [...new Set(vips)],
      routes,
      sysctls: sysctlsOf(node, direct.length > 0),
      ...(forwarder && { forwarder }),
      decapsulate,
      ...(gue.length > 0 && { guePorts: gue }),
      listen: listenPorts(network, node, traffic),
      ...(datagrams.length > 0 && { datagrams }),
    };
  });
}

/**
 * A plain router forwards in its kernel. Where the forwarder does, the kernel must not forward a second copy, nor send
 * redirects. Reverse-path filtering is off unless asked for: in `tun` it would drop every unwrapped packet.
 */
function sysctlsOf({ settings }: NetworkNode, holdsVip: boolean): Sysctls {
  const hidden = holdsVip && settings.hideVip !== false;
  return {
    ip_forward: settings.role === 'router' && settings.nat === undefined ? 1 : 0,
    arp_ignore: hidden ? 1 : 0,
    arp_announce: hidden ? 2 : 0,
    rp_filter: settings.rpFilter === 'strict' ? 1 : settings.rpFilter === 'loose' ? 2 : 0,
    send_redirects: 0,
  };
}

function forwarderConfig(
  network: Network,
  node: NetworkNode,
  interfaces: readonly PlannedInterface[],
  routes: ForwarderConfig['routes'],
): ForwarderConfig | undefined {
  const { settings } = node;
  const nat = natConfig(node, interfaces);
  const redundancy = redundancyOf(network, node);
  if (settings.role !== 'director' && !nat) return undefined;
  return {
    interfaces: interfaces.map(({ segment, address, prefixLength, mac, mtu }) => ({
      segment,
      address,
      prefixLength,
      mac,
      mtu,
    })),
    routes,
    services: forwarderServices(network, node),
    ...(nat && { nat }),
    ...(redundancy && { redundancy }),
    decrementTtl: settings.decrementTtl ?? true,
    timeouts: timeoutsOf(node),
    maxConnections: settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    noEntry: settings.noEntry ?? 'reset',
    onRemove: settings.onRemove ?? 'silent',
    connReuseMode: (settings.connReuseMode ?? 1) as ForwarderConfig['connReuseMode'],
    expireQuiescentTemplate: settings.expireQuiescentTemplate ?? false,
    ...(settings.sloppyTcp && { sloppyTcp: true }),
    ...(settings.clampMss !== undefined && { clampMss: settings.clampMss }),
  };
}

function timeoutsOf({ settings }: NetworkNode): Timeouts {
  const given = Object.entries(settings.timeouts ?? {}).map(([state, ns]) => [state, (ns ?? 0) / NS_PER_MS]);
  return { ...IPVS_TIMEOUTS, ...(Object.fromEntries(given) as Partial<Timeouts>) };
}

/** With ports left as they are, a reply may come back to any port a client may choose, so all of them are the pool. */
function natConfig(
  { settings }: NetworkNode,
  interfaces: readonly PlannedInterface[],
): NatConfig | undefined {
  if (settings.role !== 'router' || settings.nat === undefined) return undefined;
  const outside = interfaces.findIndex(({ segment }) => segment === settings.nat);
  if (outside === -1) return undefined;
  const translatePorts = settings.translatePorts ?? true;
  const ports = settings.ports ?? (translatePorts ? DEFAULT_PORTS : { first: 1024, last: 65535 });
  return { outside, ports, translatePorts };
}

/** By interface: the MAC it is given, or else one of its own that nobody else has. */
function interfaceMacs(network: Network): Map<string, Mac> {
  const all = [...network.nodes.values()].flatMap(({ interfaces }) => interfaces);
  const taken = new Set(all.flatMap(({ mac }) => mac ?? []));
  const macs = new Map<string, Mac>();
  for (const { node, segment, mac, path } of all) {
    const own = mac ?? deriveMac(network.document.lab, node, segment, taken);
    taken.add(own);
    macs.set(path.join('/'), own);
  }
  return macs;
}
