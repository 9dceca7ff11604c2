import { hidesClient } from '../models/models.ts';
import { asSignedIpv4, NO_ADDRESS, type SignedIpv4, toSigned } from '../packet/address.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/ipv4.ts';
import type { ForwarderConfig, ServerConfig, ServiceConfig } from './config.ts';
import type { Model } from './models/model.ts';
import { Nat } from './models/nat.ts';
import { makeModel } from './models/registry.ts';
import { PortPool } from './port-pool.ts';
import type { RouteTable } from './routes.ts';
import { schedulers } from './schedulers/registry.ts';
import { Server } from './server.ts';
import { Service } from './service.ts';

/**
 * The services and servers of a configuration. A new configuration keeps what is the same: a service is its VIP,
 * protocol and port; a server is its address and port within a service and the model that reaches it. A server that
 * is gone keeps its slot until a configuration comes after its last connection ended: when it is put back before, its
 * connections go on (ip_vs_ctl.c, `ip_vs_trash_get_dest`).
 */
export class ServiceTable {
  services: readonly Service[] = [];
  outside: Server | undefined = undefined;
  readonly nat = new Nat();
  private readonly slots: (Server | undefined)[] = [];
  private readonly models = new Map<string, Model>();
  private readonly pools = new Map<string, PortPool>();

  /** The server in a slot that connections name. */
  server(slot: number): Server {
    return this.slots[slot]!;
  }

  serverName(slot: number): string | undefined {
    return this.slots[slot]?.name;
  }

  /** Servers in the configuration, and those that still have connections. */
  servers(): Server[] {
    return this.slots.filter((server) => server !== undefined);
  }

  /** The service at this address and port. */
  find(vip: SignedIpv4, port: number, protocol: number): Service | undefined {
    for (const service of this.services) {
      if (service.vip === vip && service.port === port && service.protocol === protocol) return service;
    }
    return undefined;
  }

  apply(config: ForwarderConfig, routes: RouteTable): void {
    const before = this.services;
    this.services = config.services.map((serviceConfig, index) => {
      const service = this.keepOrMake(serviceConfig, before);
      service.index = index;
      this.configure(service, serviceConfig);
      return service;
    });
    for (const service of before) if (!this.services.includes(service)) retire(service);
    this.applyNat(config);
    for (const server of this.servers()) {
      if (!server.service.servers.includes(server)) remove(server);
    }
    this.sweep();
    for (const server of this.servers()) this.resolve(server, routes, config);
  }

  private keepOrMake(config: ServiceConfig, before: readonly Service[]): Service {
    const protocol = config.protocol === 'tcp' ? PROTOCOL_TCP : PROTOCOL_UDP;
    const vip = toSigned(config.vip);
    const same = (service: Service): boolean =>
      service.vip === vip && service.port === config.port && service.protocol === protocol;
    const removed = (): Service | undefined => this.servers().find(({ service }) => same(service))?.service;
    return before.find(same) ?? removed() ?? new Service(config.name, config.vip, config.port, protocol);
  }

  private configure(service: Service, config: ServiceConfig): void {
    service.name = config.name;
    service.ports = config.ports;
    service.persist(config.persistence);
    const model = this.model(config);
    service.servers = config.servers.map((server) => this.keepOrMakeServer(service, model, server));
    schedule(service, config);
  }

  private keepOrMakeServer(service: Service, model: Model, config: ServerConfig): Server {
    const kept = this.slots.find(
      (server) =>
        server?.service === service &&
        server.model === model &&
        server.address === toSigned(config.address) &&
        server.port === config.port,
    );
    if (kept === undefined) return this.add(service, model, config);
    kept.configure(config);
    return kept;
  }

  private add(service: Service, model: Model, config: ServerConfig): Server {
    const unused = this.slots.indexOf(undefined);
    const slot = unused < 0 ? this.slots.length : unused;
    const server = new Server(slot, service, model, config);
    this.slots[slot] = server;
    return server;
  }

  /** Frees the slots of servers that are gone and have no connections left; what they counted stays counted. */
  private sweep(): void {
    for (const server of this.servers()) {
      if (server.removed === 'no' || server.inUse) continue;
      server.totals.forEach((value, place) => (server.service.past[place]! += value));
      this.slots[server.slot] = undefined;
    }
  }

  private applyNat({ nat, interfaces }: ForwarderConfig): void {
    if (nat === undefined) {
      if (this.outside !== undefined) retire(this.outside.service);
      this.outside = undefined;
      return;
    }
    this.nat.outside = toSigned(interfaces[nat.outside]!.address);
    this.nat.ports = nat.ports;
    this.nat.translatePorts = nat.translatePorts;
    this.outside ??= this.servers().find(({ model }) => model === this.nat) ?? this.addOutside();
    this.outside.removed = 'no';
    this.outside.service.servers = [this.outside];
  }

  private addOutside(): Server {
    const service = new Service('nat', NO_ADDRESS, 0, PROTOCOL_TCP);
    return this.add(service, this.nat, { name: 'outside', address: NO_ADDRESS, port: 0, weight: 1 });
  }

  private resolve(server: Server, routes: RouteTable, { interfaces }: ForwarderConfig): void {
    if (server.isOutside) return;
    server.hop = routes.nextHop(server.address);
    const port = server.hop?.port.index;
    server.dip = port === undefined ? asSignedIpv4(0) : toSigned(interfaces[port]!.address);
    const key = `${server.service.protocol} ${server.dip} ${server.address} ${server.port}`;
    // A pool in use stays: ports go back to the one they came from. It differs only when the DIP changed.
    server.pool ??= this.pools.get(key) ?? new PortPool();
    this.pools.set(key, server.pool);
  }

  private model(config: ServiceConfig): Model {
    const options = { snat: hidesClient(config) };
    const key = `${config.model} ${options.snat}`;
    let model = this.models.get(key);
    if (model === undefined) this.models.set(key, (model = makeModel(config.model, options)));
    return model;
  }
}

/** A scheduler keeps its place when the configuration changes elsewhere. */
function schedule(service: Service, { scheduler, schedulerFlags = [], servers }: ServiceConfig): void {
  const key = [scheduler, ...schedulerFlags].join();
  const told = JSON.stringify([
    key,
    service.servers.map(({ slot }) => slot),
    servers.map(({ weight }) => weight),
  ]);
  if (service.schedule === told) return;
  if (service.scheduler === undefined || service.schedulerKey !== key)
    service.scheduler = schedulers[scheduler].make(schedulerFlags ?? []);
  service.schedulerKey = key;
  service.schedule = told;
  service.scheduler.update(service.servers);
}

/** A server that is still there but reached by another model: its old connections go on as they began. */
function remove(server: Server): void {
  const isReplaced = server.service.servers.some(
    ({ address, port }) => address === server.address && port === server.port,
  );
  server.removed = isReplaced ? 'replaced' : 'gone';
}

function retire(service: Service): void {
  service.index = -1;
  service.servers = [];
  service.scheduler = undefined;
  service.schedule = '';
}
