import type { PlannedNode } from '../topology/plan.ts';
import type { ContainerSpec } from './docker-client.ts';

const MIB = 2 ** 20;
/**
 * An agent holds up to 32 MiB for a controller that does not read (`agent/connections.ts`), beside what Node itself takes;
 * its captures, what the node serves, and a shell's tools come on top. A client has a `curl` for each request under way.
 */
const NODE_BYTES = { client: 1024 * MIB, router: 512 * MIB, director: 512 * MIB, server: 512 * MIB } as const;
/** The forwarder's own process with its rings. */
const FORWARDER_BYTES = 512 * MIB;
/** An entry of 64 bytes (see `forwarder/connections/layout.ts`), its two places in the index, and as much again to grow. */
const CONNECTION_BYTES = 256;
/** Threads count: each process of Node has some of its own. */
const PROCESSES = { client: 4096, router: 512, director: 512, server: 512 } as const;

/** What a node's container may take of the machine: a run-away program in one ends that one. Bytes, and processes with their threads. */
export function nodeLimits({
  role,
  forwarder,
}: Pick<PlannedNode, 'role' | 'forwarder'>): Required<Pick<ContainerSpec, 'memory' | 'processes'>> {
  const table = forwarder ? FORWARDER_BYTES + forwarder.maxConnections * CONNECTION_BYTES : 0;
  return { memory: NODE_BYTES[role] + table, processes: PROCESSES[role] };
}
