import { balances, models } from '../../models/models.ts';
import type { PersistenceConfig, PortRange, ServiceConfig } from '../../forwarder/config.ts';
import { realInterface, type Network, type NetworkNode, type NetworkService } from './network.ts';
import type { PlannedService } from './plan.ts';
import { NS_PER_MS } from './quantities.ts';
import type { ServiceSettings } from './schema.ts';

/** A director's kernel opens no connections of its own, so the ports are the forwarder's alone. */
export const DEFAULT_PORTS: PortRange = { first: 40000, last: 59999 };

export function plannedServices(network: Network): PlannedService[] {
  return network.services.flatMap((service) => {
    const { name, director, settings, model } = service;
    if (!director || !balances(model)) return [];
    const { vip, protocol, port, snat } = settings;
    return [{ name, model, vip, protocol, port, snat, director: director.name, servers: serversOf(service) }];
  });
}

/** The services that a director's forwarder carries, in the order of the file. */
export function forwarderServices(network: Network, director: NetworkNode): ServiceConfig[] {
  return network.services.flatMap((service) => {
    const { name, settings, model } = service;
    if (service.director !== director || !balances(model)) return [];
    const { vip, protocol, port, scheduler, snat } = settings;
    const schedulerFlags = [...new Set(settings.schedulerFlags)].sort();
    const ports = director.settings.ports ?? DEFAULT_PORTS;
    const persistence = persistenceOf(settings);
    const servers = serversOf(service);
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
        ...(persistence && { persistence }),
      },
    ];
  });
}

function persistenceOf({ persistence }: ServiceSettings): PersistenceConfig | undefined {
  if (persistence === undefined) return undefined;
  const long = typeof persistence === 'number' ? { timeout: persistence, prefix: 32 } : persistence;
  return { timeout: long.timeout / NS_PER_MS, prefixLength: long.prefix };
}

/** The services in which a node is a server that receives packets addressed to the VIP itself. */
export function directServices(network: Network, node: NetworkNode): NetworkService[] {
  return servicesOf(network, node).filter(({ model }) => models[model].vipOnServers);
}

export function servicesOf(network: Network, node: NetworkNode): NetworkService[] {
  return network.services.filter(({ servers }) => servers.some((server) => server.node === node));
}

function serversOf({ director, servers }: NetworkService): ServiceConfig['servers'] {
  return servers.flatMap(({ name, node, port, weight }) => {
    const real = node && realInterface(director, node);
    return real ? [{ name, address: real.address, port, weight }] : [];
  });
}
