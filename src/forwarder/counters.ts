import type { Connections } from './connections/connections.ts';
import type { Output } from './output.ts';
import * as total from './server.ts';
import type { ServiceTable } from './service-table.ts';
import type { DropReason } from './verdict.ts';

/** Bytes are those of IP packets as received, as IPVS counts them. */
export interface Totals {
  /** Connections opened since the start. */
  readonly connections: number;
  /** Of those in the table, the established ones. */
  readonly active: number;
  readonly inactive: number;
  /** From clients. */
  readonly packetsIn: number;
  readonly bytesIn: number;
  /** From servers; always 0 in dr and tun. */
  readonly packetsOut: number;
  readonly bytesOut: number;
}

export interface ServerCounters extends Totals {
  readonly name: string;
  readonly weight: number;
}

export interface ServiceCounters extends Totals {
  /** `nat` for the nat model. */
  readonly name: string;
  readonly servers: readonly ServerCounters[];
}

export interface ForwarderCounters {
  readonly services: readonly ServiceCounters[];
  readonly drops: Readonly<Record<DropReason, number>>;
  /** Connections in the table. */
  readonly connections: number;
}

export function readCounters(
  services: ServiceTable,
  connections: Connections,
  output: Output,
): ForwarderCounters {
  const nat = services.outside?.service;
  return {
    services: [...services.services, ...(nat === undefined ? [] : [nat])].map((service) => {
      // Servers that left the configuration still belong to the service's sums.
      const all = services.servers().filter((server) => server.service === service);
      const sums = service.past.map((past, place) =>
        all.reduce((sum, server) => sum + server.totals[place]!, past),
      );
      const servers = service.servers.map(({ name, weight, totals }) => ({ name, weight, ...named(totals) }));
      return { name: service.name, ...named(sums), servers };
    }),
    drops: { ...output.drops },
    connections: connections.size,
  };
}

function named(totals: Float64Array): Totals {
  return {
    connections: totals[total.CONNECTIONS]!,
    active: totals[total.ACTIVE]!,
    inactive: totals[total.INACTIVE]!,
    packetsIn: totals[total.PACKETS_IN]!,
    bytesIn: totals[total.BYTES_IN]!,
    packetsOut: totals[total.PACKETS_OUT]!,
    bytesOut: totals[total.BYTES_OUT]!,
  };
}
