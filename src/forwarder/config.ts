import type { ServiceModel, Tunnelled } from '../models/models.ts';
import type { Ipv4, Mac } from '../packet/address.ts';
import type { SchedulerName } from './schedulers/registry.ts';
import type { CheckConfig } from './health/health.ts';
import type { RedundancyConfig } from './vrrp/speaker.ts';
import type { SchedulerFlag } from './schedulers/scheduler.ts';

/** What a forwarder is told. Plain data: it crosses a socket into a container as JSON. Addresses are 32-bit, MACs 48-bit numbers. */

export type Protocol = 'tcp' | 'udp';

/** One port of the forwarder; its index in `interfaces` is the port number. */
export interface ForwarderInterface {
  readonly segment: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly mac: Mac;
  readonly mtu: number;
}

/** Longest prefix wins. Connected subnets are known from `interfaces` and are not repeated here. */
export interface ForwarderRoute {
  readonly network: Ipv4;
  readonly prefixLength: number;
  readonly via: Ipv4;
}

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface ServerConfig {
  readonly name: string;
  readonly address: Ipv4;
  readonly port: number;
  /** 0 drains: existing connections stay, new ones go elsewhere. */
  readonly weight: number;
}

export interface ServiceConfig extends Tunnelled {
  readonly name: string;
  readonly model: ServiceModel;
  readonly vip: Ipv4;
  readonly protocol: Protocol;
  readonly port: number;
  readonly scheduler: SchedulerName;
  readonly schedulerFlags?: readonly SchedulerFlag[];
  readonly servers: readonly ServerConfig[];
  /** dnat only: rewrite the source to DIP too (DPVS FullNAT); false is plain LVS-NAT. */
  readonly snat: boolean;
  /** dnat with `snat`: the director's own ports, unique per (protocol, DIP, RIP, RIP port). */
  readonly ports: PortRange;
  readonly persistence?: PersistenceConfig;
  /** Left out, no server is checked. */
  readonly check?: CheckConfig;
  /** The sum of weights below which the sorry server serves alone. Left out, 1. */
  readonly quorum?: number;
  readonly sorry?: ServerConfig;
}

/** New connections from one client, or one network of clients, go where its last one went (IPVS `-p`, `-M`). */
export interface PersistenceConfig {
  /** Milliseconds after the last new connection; where one of them still lives then, a minute more, again and again. */
  readonly timeout: number;
  /** Of the client's address: 32 tells every address apart. */
  readonly prefixLength: number;
}

/** The `nat` model: hosts inside share the address of the outside interface. */
export interface NatConfig {
  /** Index of the outside interface; its address is EXT. */
  readonly outside: number;
  readonly ports: PortRange;
  /** false: the source port is kept whatever happens; two inside hosts may then collide, which is the lesson. */
  readonly translatePorts: boolean;
}

/** Milliseconds. */
export interface Timeouts {
  readonly established: number;
  readonly synReceived: number;
  readonly finWait: number;
  readonly timeWait: number;
  readonly close: number;
  readonly closeWait: number;
  readonly lastAck: number;
  readonly udp: number;
  /** ICMP queries through the nat model. */
  readonly icmp: number;
}

export interface ForwarderConfig {
  readonly interfaces: readonly ForwarderInterface[];
  readonly routes: readonly ForwarderRoute[];
  readonly services: readonly ServiceConfig[];
  readonly nat?: NatConfig;
  /** Other directors carry the services too, one at a time. Left out, this one alone does. */
  readonly redundancy?: RedundancyConfig;
  /** Decrement TTL like a router; default true. */
  readonly decrementTtl: boolean;
  readonly timeouts: Timeouts;
  /** Entries of the table: a client that persistence remembers takes one too. */
  readonly maxConnections: number;
  /** A TCP segment that opens nothing, for a service, without an entry: `reset` as a director's own stack does. */
  readonly noEntry: 'drop' | 'reset';
  /**
   * What happens to the connections of a server that is removed: IPVS's `expire_nodest_conn`, 0 `silent` and 1 `reset`.
   * With `reset` a SYN leaves the entry of a drained server too.
   */
  readonly onRemove: 'reset' | 'silent';
  /** When a SYN on an entry is scheduled anew: never, after TIME_WAIT or CLOSE, in dr and tun also in FIN_WAIT. */
  readonly connReuseMode: 0 | 1 | 2;
  /** Whether persistence forgets a server that is drained. */
  readonly expireQuiescentTemplate: boolean;
  /** Whether any TCP segment but a reset may open a connection (IPVS's `sloppy_tcp`). Left out, a SYN alone does. */
  readonly sloppyTcp?: boolean;
  /**
   * Lowers the maximum segment size that a SYN announces, in models that translate: to what fits the MTU on both sides
   * of the forwarder, or to a number of bytes if that is less. Left out, it is left alone.
   */
  readonly clampMss?: 'mtu' | number;
  /** Whether ICMP errors are as rare as Linux's (`icmp_ratelimit`); default true. */
  readonly limitErrors?: boolean;
}

/**
 * The timeouts of IPVS (net/netfilter/ipvs/ip_vs_proto_tcp.c and ip_vs_proto_udp.c). IPVS keeps no ICMP queries; theirs
 * is that of Linux's conntrack (nf_conntrack_proto_icmp.c).
 */
export const IPVS_TIMEOUTS: Timeouts = {
  established: 900_000,
  synReceived: 60_000,
  finWait: 120_000,
  timeWait: 120_000,
  close: 10_000,
  closeWait: 60_000,
  lastAck: 30_000,
  udp: 300_000,
  icmp: 30_000,
};
