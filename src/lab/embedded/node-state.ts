import type { ConnectionView } from '../../forwarder/connections/view.ts';
import type { PlannedRoute } from '../topology/plan.ts';
import type { SeenClient } from './http-server.ts';
import type { LabNode } from './lab-node.ts';
import type { Endpoints } from './tcp/stack.ts';
import type { TcpState } from './tcp/control-block.ts';

/** What a person would look up on a node: `ip addr`, `ip neigh`, `ip route`, `ss`, `ipvsadm -Lc`, the access log. */
export interface NodeState {
  readonly addresses: readonly {
    readonly device: string;
    readonly address: number;
    readonly prefixLength: number;
  }[];
  /** `mac` is `undefined` while nobody has answered. */
  readonly neighbours: readonly {
    readonly device: string;
    readonly address: number;
    readonly mac: number | undefined;
  }[];
  readonly routes: readonly PlannedRoute[];
  readonly sockets: readonly (Endpoints & { readonly state: TcpState })[];
  /** The forwarder's table; absent where none runs. */
  readonly connections?: readonly ConnectionView[];
  readonly seenClients: readonly SeenClient[];
}

/** A copy: it does not change with the lab. `nowNs` is the lab's time. */
export function nodeState(node: LabNode, nowNs: number): NodeState {
  const { interfaces, kernel, planned, forwarder } = node;
  return {
    addresses: [
      ...planned.loopback.map((address) => ({ device: 'lo', address, prefixLength: 32 })),
      ...interfaces.map(({ name, address, prefixLength }) => ({ device: name, address, prefixLength })),
    ],
    neighbours: [...kernel.neighbours.entries()].map(({ link, address, mac }) => ({
      device: link.name,
      address,
      mac,
    })),
    routes: planned.routes,
    sockets: [...kernel.tcp.connections()].map(({ local, localPort, remote, remotePort, state }) => ({
      local,
      localPort,
      remote,
      remotePort,
      state,
    })),
    ...(forwarder && { connections: [...forwarder.port.forwarder.connections(nowNs / 1e6)] }),
    seenClients: [...node.server.seen],
  };
}
