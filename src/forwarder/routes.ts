import { masked, prefixMask, type SignedIpv4, toSigned } from '../packet/address.ts';
import type { ForwarderRoute } from './config.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { NeighbourTable } from './neighbours/neighbour-table.ts';
import type { Port } from './port.ts';

interface Route {
  readonly network: SignedIpv4;
  readonly mask: number;
  readonly port: Port;
  /** `undefined` for a connected subnet. */
  readonly gateway: Neighbour | undefined;
}

/** Longest prefix wins, then the order of the configuration; connected subnets come first among equals. */
export class RouteTable {
  private routes: readonly Route[] = [];
  private readonly neighbours: NeighbourTable;

  constructor(neighbours: NeighbourTable) {
    this.neighbours = neighbours;
  }

  configure(ports: readonly Port[], routes: readonly ForwarderRoute[]): void {
    const { neighbours } = this;
    const connected = ports.map((port) => ({
      network: port.network,
      mask: port.mask,
      port,
      gateway: undefined,
    }));
    const others = routes.flatMap(({ network, prefixLength, via }) => {
      // A gateway that is on no connected subnet cannot be reached: such a route does not exist.
      const port = ports.find((candidate) => (via & candidate.mask) === candidate.network);
      const mask = prefixMask(prefixLength) | 0;
      return port === undefined
        ? []
        : [
            {
              network: masked(toSigned(network), mask),
              mask,
              port,
              gateway: neighbours.get(port, toSigned(via)),
            },
          ];
    });
    // Among masks, more bits is the larger unsigned number. The sort is stable.
    this.routes = [...connected, ...others].sort((a, b) => (b.mask >>> 0) - (a.mask >>> 0));
  }

  /** Whom to give a packet for `destination`; `undefined` when there is no route. */
  nextHop(destination: SignedIpv4): Neighbour | undefined {
    for (const route of this.routes) {
      if ((destination & route.mask) !== route.network) continue;
      return route.gateway ?? this.neighbours.get(route.port, destination);
    }
    return undefined;
  }

  /** The port a packet for `destination` leaves by. */
  portTowards(destination: SignedIpv4): Port | undefined {
    return this.routes.find((route) => (destination & route.mask) === route.network)?.port;
  }
}
