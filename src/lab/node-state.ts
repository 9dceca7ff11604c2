import type { IpvsState } from '../forwarder/connections/entries.ts';
import type { ConnectionView } from '../forwarder/connections/view.ts';
import type { ForwarderCounters } from '../forwarder/counters.ts';
import type { Ipv4, Mac } from '../packet/address.ts';
import type { PlannedRoute } from './topology/plan.ts';

/**
 * What a person would look up on a node: `ip addr`, `ip neigh`, `ip route`, `ss`, `ipvsadm -Lc --stats`, the access log.
 * Plain data; addresses are 32-bit, MACs 48-bit numbers. It is a copy: it does not change with the lab.
 */
export interface NodeState {
  /** `device` is a segment's name, or `lo`. */
  readonly addresses: readonly {
    readonly device: string;
    readonly address: Ipv4;
    readonly prefixLength: number;
  }[];
  readonly neighbours: readonly NeighbourState[];
  /** Without the connected ones. */
  readonly routes: readonly PlannedRoute[];
  /** TCP connections; ports that only listen are not among them. */
  readonly sockets: readonly SocketState[];
  /** The forwarder's table; absent where none runs. */
  readonly connections?: readonly ConnectionView[];
  /** Each service's and each server's share of the connections, packets and bytes; absent where no forwarder runs. */
  readonly counters?: ForwarderCounters;
  /** What `ipvsadm` lists on a director, made when it is asked for: a table may be long. Absent elsewhere, and on Docker. */
  readonly ipvs?: () => IpvsState;
  /** Who asked the node's servers, one entry per request, in order: the end of the access log. */
  readonly seenClients: readonly SeenClient[];
}

export interface NeighbourState {
  readonly device: string;
  readonly address: Ipv4;
  /** `undefined` while nobody has answered. */
  readonly mac: Mac | undefined;
}

/** RFC 9293, section 3.3.2; LISTEN belongs to the port, not to a connection. */
export type TcpState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

export interface SocketState {
  readonly local: Ipv4;
  readonly localPort: number;
  readonly remote: Ipv4;
  readonly remotePort: number;
  readonly state: TcpState;
}

/** Who a server saw asking. */
export interface SeenClient {
  readonly address: Ipv4;
  readonly port: number;
  /** The address it was asked at. */
  readonly at: Ipv4;
}
