import { balances, models, type Tunnelled } from '../../models/models.ts';
import type { PersistenceConfig, PortRange, ServiceConfig } from '../../forwarder/config.ts';
import {
  everyServer,
  realInterface,
  type Network,
  type NetworkNode,
  type NetworkServer,
  type NetworkService,
} from './network.ts';
import type { CheckConfig } from '../../forwarder/health/health.ts';
import type { PlannedService } from './plan.ts';
import { NS_PER_MS } from './quantities.ts';
import type { CheckSettings, ServiceSettings } from './schema.ts';

/** A director's kernel opens no connections of its own, so the ports are the forwarder's alone. */
export const DEFAULT_PORTS: PortRange = { first: 40000, last: 59999 };

export function plannedServices(network: Network): PlannedService[] {
  return network.services.flatMap((service) => {
    const { name, director, directors, settings, model } = service;
    if (!director || !balances(model)) return [];
    const { vip, protocol, port, snat } = settings;
    return [
      {
        ...{ name, model, vip, protocol, port, snat, ...tunnelIn(service), director: director.name },
        ...(directors.length > 1 && { directors: directors.map((node) => node.name) }),
        servers: serversOf(everyServer(service), director),
        ...(service.sorry && { sorry: service.sorry.name }),
      },
    ];
  });
}

/** The services that a director's forwarder carries, in the order of the file. */
export function forwarderServices(network: Network, director: NetworkNode): ServiceConfig[] {
  return network.services.flatMap((service) => {
    const { name, settings, model } = service;
    if (!service.directors.includes(director) || !balances(model)) return [];
    const { vip, protocol, port, scheduler, snat } = settings;
    const schedulerFlags = [...new Set(settings.schedulerFlags)].sort();
    const ports = director.settings.ports ?? DEFAULT_PORTS;
    const persistence = persistenceOf(settings);
    const servers = serversOf(service.servers, director);
    const [sorry] = service.sorry ? serversOf([service.sorry], director) : [];
    return [
      {
        name,
        model,
        vip,
        protocol,
        port,
        scheduler,
        ...(schedulerFlags.length > 0 && { schedulerFlags }),
        servers,
        snat,
        ports,
        ...tunnelIn(service),
        ...(persistence && { persistence }),
        ...(settings.check && { check: checkOf(settings.check), quorum: settings.quorum }),
        ...(settings.check && sorry && { sorry }),
      },
    ];
  });
}

/** The ports at which a server takes GUE off. */
export function guePorts(network: Network, node: NetworkNode): number[] {
  const ports = servicesOf(network, node).flatMap((service) => tunnelIn(service).tunnel?.port ?? []);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function tunnelIn({ model, settings: { tunnel, tunnelPort } }: NetworkService): Tunnelled {
  return models[model].wraps && tunnel === 'gue' ? { tunnel: { type: tunnel, port: tunnelPort } } : {};
}

function persistenceOf({ persistence }: ServiceSettings): PersistenceConfig | undefined {
  if (persistence === undefined) return undefined;
  const long = typeof persistence === 'number' ? { timeout: persistence, prefix: 32 } : persistence;
  return { timeout: long.timeout / NS_PER_MS, prefixLength: long.prefix };
}

/** What keepalived waits before it tries again, by its probes (check_api.c, check_http.c); nanoseconds. */
const RETRY_DELAY = { http: 3e9, tcp: 1e9, ping: 1e9 };

function checkOf(settings: CheckSettings): CheckConfig {
  const { http, tcp, every, retry, status, timeout, onFail } = settings;
  const probe = http !== undefined ? 'http' : tcp ? 'tcp' : 'ping';
  return {
    probe,
    ...(http !== undefined && { request: http }),
    ...(http !== undefined && status !== undefined && { status }),
    interval: every / NS_PER_MS,
    retry,
    retryDelay: (settings.retryDelay ?? RETRY_DELAY[probe]) / NS_PER_MS,
    timeout: timeout / NS_PER_MS,
    onFail,
  };
}

/** The services in which a node is a server that receives packets addressed to the VIP itself. */
export function directServices(network: Network, node: NetworkNode): NetworkService[] {
  return servicesOf(network, node).filter(({ model }) => models[model].vipOnServers);
}

export function servicesOf(network: Network, node: NetworkNode): NetworkService[] {
  return network.services.filter((service) => everyServer(service).some((server) => server.node === node));
}

function serversOf(servers: readonly NetworkServer[], director: NetworkNode): ServiceConfig['servers'] {
  return servers.flatMap(({ name, node, port, weight }) => {
    const real = node && realInterface(director, node);
    return real ? [{ name, address: real.address, port, weight }] : [];
  });
}
