import { tunnelOf } from '../models/models.ts';
import { formatIpv4 } from '../packet/address.ts';
import type { Plan, PlannedNode, PlannedService } from '../lab/topology/plan.ts';

/** One thing of the network that is another, for the nodes of which that is so: text `comparison.change.KIND`. */
export interface TopologyChange {
  readonly kind:
    | 'attached'
    | 'holds-vip'
    | 'holds-no-vip'
    | 'unwraps'
    | 'unwraps-nothing'
    | 'gateway'
    | 'gateway-instead'
    | 'mtu'
    | 'serves-port';
  readonly params: Readonly<Record<string, string>>;
}

/** What differs between the network of a file and the one of another model; the model itself aside. */
export function topologyChanges(before: Plan, after: Plan): TopologyChange[] {
  const changes = [
    ...after.nodes.flatMap((node) => {
      const old = before.nodes.find(({ name }) => name === node.name);
      return old ? nodeChanges(old, node, { before, after }) : [];
    }),
    ...segmentChanges(before, after),
  ];
  return grouped(changes);
}

interface Plans {
  readonly before: Plan;
  readonly after: Plan;
}

function nodeChanges(old: PlannedNode, node: PlannedNode, plans: Plans): TopologyChange[] {
  const { name } = node;
  const changes: TopologyChange[] = [];
  const add = (kind: TopologyChange['kind'], params: TopologyChange['params']) =>
    changes.push({ kind, params: { nodes: name, ...params } });
  for (const { segment, address } of node.interfaces)
    if (!old.interfaces.some((port) => port.segment === segment))
      add('attached', { segment, address: formatIpv4(address) });
  for (const vip of node.loopback)
    if (!old.loopback.includes(vip)) add('holds-vip', { vip: formatIpv4(vip), ...sysctls(node) });
  for (const vip of old.loopback)
    if (!node.loopback.includes(vip)) add('holds-no-vip', { vip: formatIpv4(vip) });
  const [tunnelBefore, tunnel] = [tunnelAt(old, plans.before), tunnelAt(node, plans.after)];
  if (tunnel !== undefined && tunnel !== tunnelBefore) add('unwraps', { tunnel });
  if (tunnel === undefined && tunnelBefore !== undefined) add('unwraps-nothing', { tunnel: tunnelBefore });
  const [viaBefore, via] = [gatewayOf(old, plans.before), gatewayOf(node, plans.after)];
  if (via !== undefined && viaBefore === undefined) add('gateway', { via });
  else if (via !== undefined && via !== viaBefore) add('gateway-instead', { via, before: viaBefore! });
  const [portBefore, port] = [servedPort(old, plans.before), servedPort(node, plans.after)];
  if (portBefore !== port) add('serves-port', { port, before: portBefore });
  return changes;
}

function sysctls({ sysctls: { arp_ignore, arp_announce } }: PlannedNode): TopologyChange['params'] {
  return { ignore: String(arp_ignore), announce: String(arp_announce) };
}

function tunnelAt({ name, decapsulate }: PlannedNode, plan: Plan): string | undefined {
  const service = servicesOf(name, plan)[0];
  return decapsulate && service ? tunnelOf(service).title : undefined;
}

function servicesOf(name: string, { services }: Plan): PlannedService[] {
  return services.filter(({ servers }) => servers.some((server) => server.name === name));
}

function servedPort(node: PlannedNode, plan: Plan): string {
  const ports = servicesOf(node.name, plan).flatMap(({ servers }) =>
    servers.flatMap(({ name, port }) => (name === node.name ? [port] : [])),
  );
  return ports.join(', ');
}

/** Where a node sends what no other route takes: a node's name where one has that address. */
function gatewayOf({ routes }: PlannedNode, { nodes }: Plan): string | undefined {
  const via = routes.find(({ prefixLength }) => prefixLength === 0)?.via;
  if (via === undefined) return undefined;
  const owner = nodes.find(({ interfaces }) => interfaces.some(({ address }) => address === via));
  return owner?.name ?? formatIpv4(via);
}

function segmentChanges(before: Plan, after: Plan): TopologyChange[] {
  return after.segments.flatMap(({ name, mtu }) => {
    const old = before.segments.find((segment) => segment.name === name);
    if (!old || old.mtu === mtu) return [];
    return [{ kind: 'mtu', params: { nodes: name, mtu: String(mtu), before: String(old.mtu) } }];
  });
}

/** What is so for several nodes is told once. */
function grouped(changes: readonly TopologyChange[]): TopologyChange[] {
  const groups = new Map<string, { change: TopologyChange; nodes: string[] }>();
  for (const change of changes) {
    const { nodes = '', ...rest } = change.params;
    const key = `${change.kind} ${JSON.stringify(rest)}`;
    const group = groups.get(key);
    if (group) group.nodes.push(nodes);
    else groups.set(key, { change, nodes: [nodes] });
  }
  return [...groups.values()].map(({ change: { kind, params }, nodes }) => ({
    kind,
    params: { ...params, nodes: nodes.join(', ') },
  }));
}
