import type { Translate } from '../../../l10n/translate.ts';
import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import type { NodeEvent } from '../../../lab/events.ts';
import type { Plan, PlannedInterface, PlannedNode, PlannedService } from '../../../lab/topology/plan.ts';
import { formatIpv4, formatMac } from '../../../packet/address.ts';
import type { LabState } from '../../../lab/lab-state.ts';
import type { TreeItem } from './tree-item.ts';

/** What the tree shows of one lab. */
export interface LabFacts {
  readonly uri: string;
  readonly file: string;
  readonly engine: 'embedded' | 'docker';
  readonly plan: Plan;
  readonly state: LabState;
  nodeState(name: string): NodeEvent['state'];
  /** An interface was taken off its segment by hand. */
  isUnplugged(node: string, segment: string): boolean;
  /** Connections that a service's server was given so far. */
  opened(service: string, server: string): number;
  /** Somebody predicts what its forwarders do: their tables would tell. */
  readonly isCovered: boolean;
  /** Of each node with a forwarder, as it was looked up last. */
  connections(node: string): readonly ConnectionView[];
}

/** More connections than these are counted, not listed. */
const MOST_CONNECTIONS = 50;

const nodeIcons: Readonly<Record<NodeEvent['state'], readonly [icon: string, color?: string]>> = {
  starting: ['loading~spin'],
  running: ['vm-running', 'testing.iconPassed'],
  paused: ['debug-pause', 'charts.yellow'],
  stopped: ['vm-outline', 'disabledForeground'],
  failed: ['error', 'testing.iconFailed'],
};
const labIcons: Readonly<Record<LabState['kind'], readonly [icon: string, color?: string]>> = {
  none: ['circle-outline', 'disabledForeground'],
  starting: ['loading~spin'],
  running: ['pass', 'testing.iconPassed'],
  stopped: ['circle-outline', 'disabledForeground'],
  failed: ['error', 'testing.iconFailed'],
};

/** A lab with its services, segments and nodes. */
export function labTree(lab: LabFacts, translate: Translate): TreeItem {
  const { uri, file, plan, engine, state } = lab;
  const [icon, color] = labIcons[state.kind];
  const where = translate(`extension.engine.${engine}`);
  return item(lab, 'lab', plan.lab, {
    id: uri,
    label: plan.lab,
    description: `${translate(`extension.state.${state.kind}`)} · ${where}`,
    tooltip: state.kind === 'failed' ? state.message : file,
    icon,
    ...(color && { color }),
    context: `lab.${state.kind}.${engine}`,
    children: [
      ...plan.services.map((service) => serviceItem(lab, service, translate)),
      ...plan.segments.map((segment) =>
        item(lab, 'segment', segment.name, {
          id: `${uri}#segment/${segment.name}`,
          label: segment.name,
          description: `${formatIpv4(segment.network)}/${segment.prefixLength}`,
          tooltip: translate('extension.segment-tip', { mtu: segment.mtu }),
          icon: 'type-hierarchy',
          context: 'segment',
        }),
      ),
      ...plan.nodes.map((node) => nodeItem(lab, node, translate)),
    ],
    open: true,
  });
}

function serviceItem(lab: LabFacts, service: PlannedService, translate: Translate): TreeItem {
  const { uri } = lab;
  const address = `${formatIpv4(service.vip)}:${service.port}`;
  const id = `${uri}#service/${service.name}`;
  return item(lab, 'service', service.name, {
    id,
    label: service.name,
    description: `${service.model} · ${address}/${service.protocol}`,
    tooltip: translate('extension.service-tip', { director: service.director }),
    icon: 'combine',
    context: 'service',
    children: service.servers.map((server) => {
      const opened = lab.opened(service.name, server.name);
      return item(lab, 'server', server.name, {
        id: `${id}/${server.name}`,
        label: server.name,
        description: translate('extension.server-counts', { weight: server.weight, opened }),
        tooltip: `${formatIpv4(server.address)}:${server.port}`,
        icon: server.weight === 0 ? 'circle-slash' : 'server',
        context: 'server',
      });
    }),
    open: true,
  });
}

function nodeItem(lab: LabFacts, node: PlannedNode, translate: Translate): TreeItem {
  const { uri } = lab;
  const state = lab.nodeState(node.name);
  const [icon, color] = nodeIcons[state];
  const id = `${uri}#node/${node.name}`;
  const connections = node.forwarder && !lab.isCovered ? lab.connections(node.name) : [];
  return item(lab, 'node', node.name, {
    id,
    label: node.name,
    description: `${translate(`extension.role.${node.role}`)} · ${translate(`extension.node.${state}`)}`,
    tooltip: node.interfaces.map(({ segment, address }) => `${segment} ${formatIpv4(address)}`).join('\n'),
    icon,
    ...(color && { color }),
    context: `node.${state}`,
    children: [
      ...node.interfaces.map((port) => interfaceItem(lab, node.name, port, translate)),
      ...(node.forwarder ? [connectionsItem(lab, id, connections, translate)] : []),
    ],
  });
}

function interfaceItem(
  lab: LabFacts,
  node: string,
  { segment, address, prefixLength, mac, down }: PlannedInterface,
  translate: Translate,
): TreeItem {
  const how = down ? 'down' : lab.isUnplugged(node, segment) ? 'unplugged' : 'up';
  return {
    ...item(lab, 'interface', segment, {
      id: `${lab.uri}#node/${node}/${segment}`,
      label: segment,
      description: `${formatIpv4(address)}/${prefixLength} · ${formatMac(mac)}`,
      tooltip: how === 'up' ? '' : translate(`extension.interface-${how}`),
      icon: how === 'up' ? 'plug' : 'debug-disconnect',
      ...(how === 'unplugged' && { color: 'charts.yellow' }),
      context: `interface.${lab.state.kind === 'running' ? how : 'off'}`,
    }),
    node,
  };
}

function connectionsItem(
  lab: LabFacts,
  node: string,
  connections: readonly ConnectionView[],
  translate: Translate,
): TreeItem {
  return item(lab, 'group', 'connections', {
    id: `${node}/connections`,
    label: translate('extension.connections'),
    description: lab.isCovered ? translate('extension.covered.table') : String(connections.length),
    icon: 'list-tree',
    context: 'connections',
    children: connections.slice(0, MOST_CONNECTIONS).map((connection) => {
      const { serial, client, clientPort, server, state, destination, destinationPort } = connection;
      return item(lab, 'connection', String(serial), {
        id: `${node}/connections/${serial}`,
        label: `${formatIpv4(client)}:${clientPort}`,
        description: `→ ${server ?? `${formatIpv4(destination)}:${destinationPort}`} · ${state}`,
        tooltip: translate('extension.connection-tip', {
          packets: connection.packets,
          bytes: connection.bytes,
        }),
        icon: 'arrow-swap',
        context: 'connection',
      });
    }),
  });
}

type Shown = Pick<TreeItem, 'id' | 'label' | 'icon' | 'context'> &
  Partial<Pick<TreeItem, 'description' | 'tooltip' | 'color' | 'children' | 'open'>>;

function item({ uri }: LabFacts, kind: TreeItem['kind'], name: string, shown: Shown): TreeItem {
  const nothing = { description: '', tooltip: '', children: [], open: false };
  return { type: 'lb-lab-tree-item', uri, kind, name, ...nothing, ...shown };
}
