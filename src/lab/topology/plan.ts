import type { ModelName, ServiceModel, Tunnelled } from '../../models/models.ts';
import type { Ipv4, Mac } from '../../packet/address.ts';
import type { ForwarderConfig } from '../../forwarder/config.ts';

/**
 * The complete, ordered description of a network, made from a topology file. Engines read this, never the YAML.
 * Plain data: it can be compared, sent and stored as JSON. Addresses are 32-bit, MACs 48-bit numbers.
 */
export interface Plan {
  /** The file's name without `.lblab.yaml`. */
  readonly lab: string;
  readonly model: ModelName;
  readonly segments: readonly PlannedSegment[];
  /** In path order: clients, routers, director, servers; this is the order of the lanes. */
  readonly nodes: readonly PlannedNode[];
  readonly services: readonly PlannedService[];
  readonly traffic: readonly PlannedTraffic[];
  /** What happens by itself, in order of time. The rest of the plan is the lab as it begins. Left out, nothing does. */
  readonly events?: readonly PlannedEvent[];
  readonly expect?: Expectation;
}

/** One event of the file: the plan is another one from then on. */
export interface PlannedEvent {
  /** Nanoseconds after the start of the lab. */
  readonly atNs: number;
  /** In the file's own words, so it needs no translation: `stop lb1`, `service.servers.rs1.weight → 0`. */
  readonly text: string;
  /** What leads from the plan before it, all earlier events included, to the plan after it. */
  readonly changes: readonly PlanChange[];
}

export interface PlannedSegment {
  readonly name: string;
  readonly network: Ipv4;
  readonly prefixLength: number;
  readonly mtu: number;
}

export type Role = 'client' | 'router' | 'director' | 'server';

export interface PlannedNode {
  readonly name: string;
  readonly role: Role;
  readonly interfaces: readonly PlannedInterface[];
  /** Addresses /32 on `lo`: the VIPs of a dr or tun server. */
  readonly loopback: readonly Ipv4[];
  /** Connected routes are not repeated here. Default route: prefixLength 0. */
  readonly routes: readonly PlannedRoute[];
  readonly sysctls: Sysctls;
  /** The forwarder's process runs here (director, NAT router); the node's kernel then stays silent about what is its own. */
  readonly forwarder?: ForwarderConfig;
  /** A kernel-like `ipip` decapsulator (tun server); it also takes what comes by GUE. */
  readonly decapsulate: boolean;
  /** UDP ports of which GUE is taken off. Left out, none. */
  readonly guePorts?: readonly number[];
  /** TCP ports answered by an HTTP server, on every local address. */
  readonly listen: readonly number[];
  /** UDP ports answered besides those of the node's services: where traffic asks an outside server. Left out, none. */
  readonly datagrams?: readonly number[];
  /** By an event of the file. Left out, it runs. A person's stop or pause is no part of the plan: it lies over it. */
  readonly state?: 'paused' | 'stopped';
  /** It stopped without a word: nobody was told. */
  readonly crashed?: true;
}

export interface PlannedInterface {
  readonly segment: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly mac: Mac;
  /** In captures: what it was seen to use besides, as the MAC of a virtual router. */
  readonly otherMacs?: readonly Mac[];
  readonly mtu: number;
  /** Share of frames lost on their way out of the interface, 0..1. */
  readonly loss: number;
  readonly delayNs: number;
  /** Packets of these protocols are dropped when they come in. */
  readonly drop: readonly ('icmp' | 'tcp' | 'udp' | 'ipip' | 'vrrp')[];
  readonly down: boolean;
}

export interface PlannedRoute {
  readonly network: Ipv4;
  readonly prefixLength: number;
  readonly via: Ipv4;
}

/** The Linux switches that decide these lessons; names and values are the kernel's (`net.ipv4.conf.*`). */
export interface Sysctls {
  readonly ip_forward: 0 | 1;
  /** 1: answer ARP only for addresses on the interface it came in by. */
  readonly arp_ignore: 0 | 1;
  /** 2: ask with an address of the outgoing interface, never with the VIP. */
  readonly arp_announce: 0 | 2;
  /** 0 off, 1 strict (RFC 3704), 2 loose. */
  readonly rp_filter: 0 | 1 | 2;
  readonly send_redirects: 0 | 1;
}

export interface PlannedService extends Tunnelled {
  readonly name: string;
  readonly model: ServiceModel;
  readonly vip: Ipv4;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly snat: boolean;
  /** Who carries it; of several the one that is preferred. */
  readonly director: string;
  /** All that may carry it, one at a time, the preferred one first. Left out, there is one. */
  readonly directors?: readonly string[];
  readonly servers: readonly {
    readonly name: string;
    readonly address: Ipv4;
    readonly port: number;
    readonly weight: number;
  }[];
  /** Which of these serves alone when too few of the others are up by their checks, and never otherwise. */
  readonly sorry?: string;
}

export interface PlannedTraffic {
  /** A client's name. */
  readonly from: string;
  /** Destination address and port: a VIP, or in the `nat` model an outside server. */
  readonly to: Ipv4;
  readonly port: number;
  /** `icmp`: pings. Left out, what the service at that address and port is made for. */
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** Nanoseconds after the start of the lab. */
  readonly afterNs: number;
  readonly everyNs: number;
  readonly count: number;
  /** `GET /path`. */
  readonly request: string;
  /** Bytes of body asked of the server. */
  readonly responseBytes: number;
  /** Bytes of body the client sends (as a POST); of a ping, its data, 56 when 0. */
  readonly requestBytes: number;
  /** A fixed source port, or identifier of a ping, for the lessons that need a collision. */
  readonly sourcePort?: number;
  /** Which entry of the file's `traffic` it is of, from 0; several clients of one entry share it. */
  readonly written?: number;
  /** How long a client waits before it gives the request up. */
  readonly timeoutNs: number;
  /** Not single requests but a load: so many connections, each with one request after the other, for so long. */
  readonly load?: PlannedLoad;
}

export interface PlannedLoad {
  readonly connections: number;
  readonly durationNs: number;
}

/** What a lesson means to show. A run whose findings are exactly these reads "shown". */
export interface Expectation {
  /** Outcomes that requests must have, each at least once, and no others. */
  readonly outcomes: readonly ('answered' | 'partial' | 'refused' | 'lost' | 'unsent' | 'ambiguous')[];
  /** Promise ids that must be broken; every other promise that was seen must be kept. */
  readonly broken: readonly string[];
  /** Explanation codes that must be named, and no others. */
  readonly explanations: readonly string[];
  /** Codes of the errors `check` must find: for a lesson whose point is that no plan exists. */
  readonly problems: readonly string[];
}

/** One step from one plan to the next; `apply` of all of them to the old plan gives the new plan. */
export type PlanChange =
  | {
      readonly kind: 'segment-added' | 'segment-changed';
      readonly segment: PlannedSegment;
      readonly index: number;
    }
  | { readonly kind: 'segment-removed'; readonly name: string }
  | { readonly kind: 'node-added' | 'node-changed'; readonly node: PlannedNode; readonly index: number }
  | { readonly kind: 'node-removed'; readonly name: string }
  /** Only the forwarder's configuration differs: it is reconfigured in place and keeps its connections. */
  | { readonly kind: 'forwarder-changed'; readonly node: string; readonly forwarder: ForwarderConfig }
  | { readonly kind: 'nodes-reordered'; readonly names: readonly string[] }
  | { readonly kind: 'segments-reordered'; readonly names: readonly string[] }
  | { readonly kind: 'services-changed'; readonly services: readonly PlannedService[] }
  | { readonly kind: 'traffic-changed'; readonly traffic: readonly PlannedTraffic[] }
  | { readonly kind: 'events-changed'; readonly events: readonly PlannedEvent[] }
  | {
      readonly kind: 'lab-changed';
      readonly lab: string;
      readonly model: ModelName;
      readonly expect?: Expectation;
    };
