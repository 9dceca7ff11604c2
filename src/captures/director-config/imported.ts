import type { Ipv4 } from '../../packet/address.ts';

/** A service as a director's configuration has it. */
export interface ImportedService {
  readonly vip: Ipv4;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly scheduler?: string;
  readonly schedulerFlags: readonly string[];
  readonly persistence?: { readonly seconds: number; readonly prefix?: number };
  readonly servers: readonly ImportedServer[];
}

export interface ImportedServer {
  readonly address: Ipv4;
  readonly port: number;
  readonly weight?: number;
  readonly model: 'dr' | 'tun' | 'dnat';
  readonly guePort?: number;
}

/** A line that the draft does not show. */
export interface SkippedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Text `captures.skipped.REASON`. */
  readonly reason:
    | 'unknown'
    | 'ipv6'
    | 'mark'
    | 'group'
    | 'protocol'
    | 'scheduler'
    | 'option'
    | 'other-model'
    | 'no-service'
    | 'no-servers'
    | 'server-twice'
    | 'health-check'
    | 'not-shown'
    | 'bad-value';
}

export interface ImportedConfig {
  readonly services: readonly ImportedService[];
  /** In the order of the file. */
  readonly skipped: readonly SkippedLine[];
}

/** Schedulers that a topology can have, given by who calls: they are the forwarder's. */
export type Schedulers = ReadonlySet<string>;

/** The length of a netmask's prefix; `undefined` when it is none. */
export function prefixOf(mask: Ipv4): number | undefined {
  const length = 32 - Math.log2(2 ** 32 - mask);
  return Number.isInteger(length) && length > 0 ? length : undefined;
}

export function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

export function countOf(text: string | undefined): number | undefined {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : undefined;
}

/** A node is one server of a service, and never its address. */
export function isTaken(address: Ipv4, vip: Ipv4, servers: readonly ImportedServer[]): boolean {
  return address === vip || servers.some((server) => server.address === address);
}
