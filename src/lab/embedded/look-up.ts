import type { NodeState } from '../node-state.ts';
import type { LabNode } from './lab-node.ts';

/** The state of a node of the network in memory. `nowNs` is the lab's time. */
export function lookUp(node: LabNode, nowNs: number): NodeState {
  const { interfaces, kernel, planned } = node;
  const forwarder = node.forwarder?.port.forwarder;
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
    ...(forwarder && {
      connections: [...forwarder.connections(nowNs / 1e6)],
      counters: forwarder.counters(),
    }),
    ...(forwarder && planned.role === 'director' && { ipvs: () => forwarder.ipvs(nowNs / 1e6) }),
    seenClients: [...node.server.seen],
  };
}
