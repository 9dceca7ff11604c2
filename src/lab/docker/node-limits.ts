import type { PlannedNode } from '../topology/plan.ts';
import type { ContainerSpec } from './docker-client.ts';

const MIB = 2 ** 20;
/** The agent, its captures and what its node serves or asks take some 150 MiB under a flood; a shell's tools come on top. */
const NODE_BYTES = 512 * MIB;
/** The forwarder's own process with its rings. */
const FORWARDER_BYTES = 512 * MIB;
/** An entry of 64 bytes (see `forwarder/connections/layout.ts`), its two places in the index, and as much again to grow. */
const CONNECTION_BYTES = 256;
/** Threads count: Node has a dozen in each of its processes, a client has one `curl` for each request under way. */
const PROCESSES = { client: 1024, router: 512, director: 512, server: 512 } as const;

/** What a node's container may take of the machine: a run-away program in one ends that one. Bytes, and processes with their threads. */
export function nodeLimits({
  role,
  forwarder,
}: Pick<PlannedNode, 'role' | 'forwarder'>): Required<Pick<ContainerSpec, 'memory' | 'processes'>> {
  const table = forwarder ? FORWARDER_BYTES + forwarder.maxConnections * CONNECTION_BYTES : 0;
  return { memory: NODE_BYTES + table, processes: PROCESSES[role] };
}
