import type { ForwarderConfig } from '../../forwarder/config.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import type { AgentDevice, NodeSetup } from './agent-protocol.ts';

/** What the agent of a node is told, out of the plan. */
export function nodeSetup(plan: Plan, node: PlannedNode, devices: readonly AgentDevice[]): NodeSetup {
  const udp = plan.services.filter(({ protocol }) => protocol === 'udp');
  const ports = udp.flatMap(({ servers }) => servers.filter(({ name }) => name === node.name));
  const sizes = node.listen.length > 0 ? plan.traffic.map(({ responseBytes }) => responseBytes) : [];
  return {
    node,
    devices,
    udpPorts: [...new Set([...ports.map(({ port }) => port), ...(node.datagrams ?? [])])],
    bodySizes: [...new Set(sizes)].sort((a, b) => a - b),
  };
}

/** What has to be done on a node to go from one to the other: its forwarder alone may be told, without touching the rest. */
export function setupChange(before: NodeSetup | undefined, after: NodeSetup): 'none' | 'forwarder' | 'node' {
  if (!before || !sameData(withoutForwarder(before), withoutForwarder(after))) return 'node';
  return sameData(before.node.forwarder ?? null, after.node.forwarder ?? null) ? 'none' : 'forwarder';
}

/** A forwarder's presence counts, its configuration does not. */
function withoutForwarder({ node, udpPorts, bodySizes }: NodeSetup) {
  const { forwarder, ...rest } = node;
  const interfaces = (config: ForwarderConfig | undefined) =>
    config?.interfaces.map(({ segment }) => segment) ?? null;
  return { node: rest, forwarder: interfaces(forwarder), pools: pools(forwarder), udpPorts, bodySizes };
}

/** The firewall of the node follows these. */
function pools(config: ForwarderConfig | undefined) {
  return {
    nat: config?.nat ?? null,
    services: config?.services.map(({ model, snat, ports }) => [model, snat, ports]) ?? [],
  };
}
