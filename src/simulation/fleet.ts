import type { Protocol, ServerConfig } from '../forwarder/config.ts';
import type { SchedulerName } from '../forwarder/schedulers/registry.ts';
import type { SchedulerFlag } from '../forwarder/schedulers/scheduler.ts';
import type { Ipv4 } from '../packet/address.ts';

/** What is simulated: plain data, as the command and a file give it. */

/** One service, which all directors have, and the servers behind it. */
export interface Fleet {
  /** In the order in which the router lists them. */
  readonly directors: readonly string[];
  /** In the order in which the directors list them. */
  readonly servers: readonly ServerConfig[];
  /** A director that lists the servers in another order. */
  readonly otherOrder?: string;
  readonly vip: Ipv4;
  readonly port: number;
  readonly protocol: Protocol;
}

/** How a new connection gets its server. */
export interface Scheduling {
  readonly scheduler: SchedulerName;
  readonly flags: readonly SchedulerFlag[];
  /** Entries of its table; left out where it has no choice of sizes. */
  readonly tableSize?: number;
}

/** What routers and directors are set to. */
export interface Conditions {
  /** Linux's `fib_multipath_hash_policy`: 0 spreads by addresses, 1 by ports too. */
  readonly policy: 0 | 1;
  /** Every director knows every connection at once; else each knows those that it served. */
  readonly sync: boolean;
  /** IPVS's `sloppy_tcp`: a segment that no SYN began, and without an entry, is scheduled; else it is refused. */
  readonly sloppyTcp: boolean;
  /** IPVS's `expire_nodest_conn`, as in `ForwarderConfig`. */
  readonly onRemove: 'reset' | 'silent';
}

export const happeningKinds = [
  'remove-server',
  'drain-server',
  'add-server',
  'remove-director',
  'add-director',
] as const;

export type HappeningKind = (typeof happeningKinds)[number];

/** `name`: of the server or director. */
export interface Happening {
  readonly kind: HappeningKind;
  readonly name: string;
}

/** Connections by their place: each has a client's address and port, and no two have both. */
export interface Flows {
  /** As signed words. */
  readonly clients: Int32Array;
  readonly ports: Uint16Array;
}

/** The same, as a router sees them. */
export interface RoutedFlows extends Flows {
  /** See `routerHashes`. */
  readonly hashes: Int32Array;
}

/** What became of the flows' next packets, one of each, after a happening; counted in flows. */
export interface StepOutcome {
  readonly happening: Happening;
  /** Connections that still were: those that were broken before send nothing. */
  readonly flows: number;
  /** Came to another director than before. */
  readonly rerouted: number;
  /** Went to another server than before. */
  readonly moved: number;
  /** Went to no server: dropped or refused. */
  readonly unserved: number;
  /** TCP connections whose packet did not come to the server that knows them; null of UDP, which has none. */
  readonly broken: number | null;
  /** Those of a server that is not there any more: nothing could have kept them. */
  readonly minimum: number;
  /**
   * Flows that a director which does not know them would give to another server than before; null of schedulers whose choice
   * depends on what came before.
   */
  readonly rehashed: number | null;
}

export interface Outcome {
  /** Of the table's entries for each server, by its weight: the largest to the mean; null where there is no table. */
  readonly tableUnevenness: number | null;
  /** Of the flows of each server, by its weight: the largest to the mean; null where no server has any. */
  readonly loadUnevenness: number | null;
  readonly steps: readonly StepOutcome[];
}
