import { AGENT_FOLDER, NODE_VARIABLE, PLAN_FILE } from '../agent-wire/paths.ts';
import { containerSysctls } from '../docker/container.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { deviceAt, nodeCommands, segmentCommands } from './exec-lines.ts';

/** A file of containerlab, as far as a lab of ours needs its keys. */
export interface ClabTopology {
  readonly name: string;
  readonly topology: {
    readonly defaults: Pick<ClabNode, 'kind' | 'image' | 'network-mode'>;
    readonly nodes: Readonly<Record<string, ClabNode>>;
    readonly links: readonly { readonly endpoints: readonly [string, string] }[];
  };
}

export interface ClabNode {
  readonly kind?: 'linux';
  readonly image?: string;
  readonly 'network-mode'?: 'none';
  readonly labels?: Readonly<Record<string, string>>;
  readonly entrypoint?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly binds?: readonly string[];
  readonly exec?: readonly string[];
}

/** Where the files that nodes read lie, relative to the topology. */
export const FILES = 'lb-lab';

/** What the agent's own files are called, there and in a container. */
export type AgentFile = 'agent.cjs' | 'forwarder-process.cjs' | 'decapsulator-process.cjs';

/**
 * The lab as containerlab's, as it begins. Nodes run `image`; a segment is a node with a bridge, and every cable a link
 * between two nodes: its Kubernetes runner has no bridge of the host's to share.
 */
export function clabTopology(plan: Plan, image: string): ClabTopology {
  const segments = new Map(plan.segments.map(({ name }) => [name, { node: '', ports: 0 }]));
  const taken = new Set(plan.nodes.map(({ name }) => name));
  for (const [name, segment] of segments) {
    segment.node = freeName(`segment-${name}`, taken);
    taken.add(segment.node);
  }
  const links = plan.nodes.flatMap((node) =>
    node.interfaces.flatMap((port, index): { endpoints: [string, string] }[] => {
      const segment = segments.get(port.segment);
      if (!segment) return [];
      const at = deviceAt(segment.ports++);
      return [{ endpoints: [`${node.name}:${deviceAt(index)}`, `${segment.node}:${at}`] }];
    }),
  );
  const nodes = [
    ...plan.nodes.map((node) => [node.name, clabNode(node)] as const),
    ...[...segments.values()].map(({ node, ports }) => [node, segmentNode(ports)] as const),
  ];
  return {
    name: clabName(plan.lab),
    topology: {
      // No management network: its gateway would be a way out of the lab.
      defaults: { kind: 'linux', image, 'network-mode': 'none' },
      nodes: Object.fromEntries(nodes),
      links,
    },
  };
}

/** A file's name may be any text, a lab's there may not; Kubernetes takes lower case alone. */
export function clabName(lab: string): string {
  const name = lab
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'lab' : name;
}

/** The files of ours that the nodes of this plan run. */
export function agentFilesOf(plan: Plan): AgentFile[] {
  return [...new Set(plan.nodes.flatMap(agentFiles))];
}

function clabNode(node: PlannedNode): ClabNode {
  return {
    labels: { role: node.role },
    entrypoint: `node ${AGENT_FOLDER}/agent.cjs alone`,
    env: { [NODE_VARIABLE]: node.name },
    // Interfaces come later and inherit `default`.
    sysctls: containerSysctls(node.sysctls),
    binds: [
      ...agentFiles(node).map((name) => `${FILES}/${name}:${AGENT_FOLDER}/${name}:ro`),
      `${FILES}/plan.json:${PLAN_FILE}:ro`,
    ],
    exec: nodeCommands(node),
  };
}

function agentFiles({ forwarder, decapsulate }: PlannedNode): AgentFile[] {
  return [
    'agent.cjs',
    ...(forwarder ? (['forwarder-process.cjs'] as const) : []),
    ...(decapsulate ? (['decapsulator-process.cjs'] as const) : []),
  ];
}

function segmentNode(ports: number): ClabNode {
  return {
    labels: { role: 'segment' },
    entrypoint: 'sleep infinity',
    sysctls: { 'net.ipv6.conf.default.disable_ipv6': '1' },
    exec: segmentCommands(ports),
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}
