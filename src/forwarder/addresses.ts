import { hidesClient, models } from '../models/models.ts';
import { type Ipv4, prefixMask, type SignedIpv4, toSigned } from '../packet/address.ts';
import type { ForwarderConfig, PortRange } from './config.ts';
import { isUnicast } from './headers.ts';
import type { Port } from './port.ts';
import type { RouteTable } from './routes.ts';

type Known = Pick<ForwarderConfig, 'interfaces' | 'services' | 'nat' | 'redundancy'>;

/** Ports of an address of the director's own behind which its connections stand: its kernel must leave them alone. */
export interface PortPoolOf {
  readonly address: Ipv4;
  readonly ports: PortRange;
}

export function portPools({ interfaces, nat, services }: Known): PortPoolOf[] {
  return [
    ...(nat ? [{ address: interfaces[nat.outside]!.address, ports: nat.ports }] : []),
    ...services
      .filter(hidesClient)
      .flatMap(({ ports }) => interfaces.map(({ address }) => ({ address, ports }))),
  ];
}

/** Whose an address is, as far as the director knows; whoever wants to know asks here. */
export class Addresses {
  private config: Known = { interfaces: [], services: [] };
  private own: readonly SignedIpv4[] = [];
  private vips: readonly SignedIpv4[] = [];
  /** Those that move from one director to another. */
  private moving: readonly SignedIpv4[] = [];
  private holds = false;
  private pools: readonly PortPoolOf[] = [];
  private readonly routes: Pick<RouteTable, 'portTowards'>;

  constructor(routes: Pick<RouteTable, 'portTowards'>) {
    this.routes = routes;
  }

  configure(config: Known): void {
    this.config = config;
    this.own = config.interfaces.map(({ address }) => toSigned(address));
    this.moving = (config.redundancy?.addresses ?? []).map(({ address }) => toSigned(address));
    this.vips = [...config.services.map(({ vip }) => toSigned(vip)), ...this.moving];
    this.pools = portPools(config);
  }

  /** Whether it is one of the node's own, which its kernel answers for. */
  isOwn(address: SignedIpv4): boolean {
    return this.own.includes(address);
  }

  /** An address that moves counts as one while it is here. */
  isVip(address: SignedIpv4): boolean {
    return this.vips.includes(address) && !this.isAway(address);
  }

  /** Whether the addresses that move are here. As long as nobody says so they are not. */
  hold(holds: boolean): void {
    this.holds = holds;
  }

  /** Whether there are addresses that another director has now. */
  get areAway(): boolean {
    return !this.holds && this.moving.length > 0;
  }

  /** Whether another director has it now. */
  isAway(address: SignedIpv4): boolean {
    return !this.holds && this.moving.includes(address);
  }

  /** Whether it is an address of the node's or a VIP. */
  isLocal(address: SignedIpv4): boolean {
    return this.isVip(address) || this.isOwn(address);
  }

  /**
   * Whether nobody else can have sent from it: it is local, a broadcast, or no host's. Linux drops such packets before
   * anybody looks at them (route.c, `ip_route_input_slow`; fib_frontend.c, `fib_validate_source`), and so does RFC 1812,
   * section 5.3.7.
   */
  isMartian(source: SignedIpv4): boolean {
    return !isUnicast(source) || this.isLocal(source) || this.isBroadcast(source);
  }

  /** Whether a packet that `port` received goes from the inside to the outside of the nat model. */
  crossesNat(destination: SignedIpv4, port: Port): boolean {
    const { nat } = this.config;
    if (nat === undefined || port.index === nat.outside || this.isOwn(destination)) return false;
    if (!isUnicast(destination) || this.isBroadcast(destination)) return false;
    return this.routes.portTowards(destination)?.index === nat.outside;
  }

  /** Whether connections of the director's own may stand behind this port of an address of the node's. */
  isPooled(address: SignedIpv4, port: number): boolean {
    return this.pools.some(
      ({ address: own, ports }) => toSigned(own) === address && port >= ports.first && port <= ports.last,
    );
  }

  /** Whether any packet that is not for a VIP may concern the forwarder. */
  get translates(): boolean {
    return (
      this.config.nat !== undefined || this.config.services.some(({ model }) => models[model].translates)
    );
  }

  /** Whether it is the broadcast address of a subnet that the node is in. */
  isBroadcast(address: SignedIpv4): boolean {
    for (const { address: own, prefixLength } of this.config.interfaces) {
      const hosts = ~prefixMask(prefixLength);
      // A link of two addresses has none (RFC 3021).
      if (prefixLength < 31 && ((address ^ own) & ~hosts) === 0 && (address & hosts) === hosts) return true;
    }
    return false;
  }
}
