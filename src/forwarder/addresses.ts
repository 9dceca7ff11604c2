import { prefixMask } from '../packet/address.ts';
import type { ForwarderConfig, PortRange } from './config.ts';
import { isUnicast } from './headers.ts';

type Known = Pick<ForwarderConfig, 'interfaces' | 'services' | 'nat'>;

/** Whose an address is, as far as the director knows. All addresses are signed. */
export class Addresses {
  private config: Known = { interfaces: [], services: [] };
  private readonly isVip: (address: number) => boolean;

  constructor(isVip: (address: number) => boolean) {
    this.isVip = isVip;
  }

  configure(config: Known): void {
    this.config = config;
  }

  /** Whether it is one of the node's own, which its kernel answers for. */
  isOwn(address: number): boolean {
    for (const { address: own } of this.config.interfaces) if ((own | 0) === address) return true;
    return false;
  }

  /** Whether it is an address of the node's or a VIP. */
  isLocal(address: number): boolean {
    return this.isVip(address) || this.isOwn(address);
  }

  /** Whether it is the broadcast address of a subnet that the node is in. */
  isBroadcast(address: number): boolean {
    for (const { address: own, prefixLength } of this.config.interfaces) {
      const hosts = ~prefixMask(prefixLength);
      // A link of two addresses has none (RFC 3021).
      if (prefixLength < 31 && ((address ^ own) & ~hosts) === 0 && (address & hosts) === hosts) return true;
    }
    return false;
  }

  /**
   * Whether nobody else can have sent from it: it is local, a broadcast, or no host's. Linux drops such packets before
   * anybody looks at them (route.c, `ip_route_input_slow`; fib_frontend.c, `fib_validate_source`), and so does RFC 1812,
   * section 5.3.7.
   */
  isMartian(source: number): boolean {
    return !isUnicast(source) || this.isLocal(source) || this.isBroadcast(source);
  }

  /** Whether connections of the director's own may stand behind this port of an address of the node's. */
  isPooled(address: number, port: number): boolean {
    if (!this.isOwn(address)) return false;
    const { interfaces, nat, services } = this.config;
    if (nat !== undefined && (interfaces[nat.outside]!.address | 0) === address && isIn(port, nat.ports))
      return true;
    return services.some((service) => service.model === 'dnat' && service.snat && isIn(port, service.ports));
  }
}

function isIn(port: number, range: PortRange): boolean {
  return port >= range.first && port <= range.last;
}
