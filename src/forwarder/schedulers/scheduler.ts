import type { SignedIpv4 } from '../../packet/address.ts';

/**
 * Of sh and mh (IPVS's `sh-fallback`, `sh-port`, `mh-fallback`, `mh-port`): a drained server's clients go elsewhere; the
 * client's port counts too.
 */
export type SchedulerFlag = 'fallback' | 'port';

/** A server as schedulers see it. */
export interface Candidate {
  readonly name: string;
  readonly address: SignedIpv4;
  readonly port: number;
  /** 0: gets no new connections. */
  readonly weight: number;
  /** The weight above 0 that it had last; 0 when it was added with none. */
  readonly lastWeight: number;
  /** Connections in state ESTABLISHED. */
  readonly active: number;
  /** All others that the director still has. */
  readonly inactive: number;
}

/** Chooses the server of a new connection. The names and the arithmetic are those of IPVS (net/netfilter/ipvs/ip_vs_NAME.c). */
export interface Scheduler {
  /** Servers or weights changed; also called once at the start. */
  update(candidates: readonly Candidate[]): void;
  /**
   * Place of the chosen candidate; -1 when there is none. A hash may name one with weight 0: such a client is refused.
   */
  pick(client: SignedIpv4, vip: SignedIpv4, clientPort: number): number;
  /** What the last `pick` weighed, in signs that need no language: `wlc: rs1 256/3, rs2 512/1`, `rr: #2`, `sh: 17/256`. Made only when someone watches. */
  explain(): string;
  /**
   * Of a hash: the place of the candidate behind each entry of its table, -1 where there is none. Who has it chooses by the
   * candidates and the packet alone, whatever came before.
   */
  readonly entries?: Int32Array;
}

/** What there is to know of a scheduler without running it. Adding one is a file here and a line in `registry.ts`. */
export interface SchedulerKind {
  /** `tableSize`: one of `tableSizes`; left out, the usual one. */
  make(flags: readonly SchedulerFlag[], tableSize?: number): Scheduler;
  /** What its table may hold; left out where there is nothing to choose. */
  readonly tableSizes?: readonly number[];
  /** Whether `schedulerFlags` mean something to it. */
  readonly hasFlags: boolean;
  /**
   * What part of many new connections each server is to get, 0 to 1, by the servers' weights in their order; undefined
   * where nothing of the kind is promised.
   */
  shares(weights: readonly number[], flags: readonly SchedulerFlag[]): readonly number[] | undefined;
}
