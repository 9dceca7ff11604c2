import type { ModelName } from '../../models/models.ts';
import { inSubnet, type Ipv4 } from '../../packet/address.ts';
import type { TopologyDocument } from './parse.ts';
import type { Path } from './places.ts';
import type { InterfaceSettings, NodeSettings, ServiceSettings } from './schema.ts';

/**
 * The file with its short forms written out and its names followed. What a name does not lead to is undefined here and
 * a problem in `check`; a plan is made only of a network without errors.
 */
export interface Network {
  readonly document: TopologyDocument;
  readonly segments: ReadonlyMap<string, NetworkSegment>;
  readonly nodes: ReadonlyMap<string, NetworkNode>;
  readonly services: readonly NetworkService[];
}

export interface NetworkSegment {
  readonly name: string;
  readonly network: Ipv4;
  readonly prefixLength: number;
  readonly mtu: number;
  readonly path: Path;
}

export interface NetworkNode {
  readonly name: string;
  readonly settings: NodeSettings;
  readonly interfaces: readonly NetworkInterface[];
  readonly path: Path;
}

export interface NetworkInterface extends Exclude<InterfaceSettings, number> {
  readonly node: string;
  readonly segment: string;
  readonly path: Path;
  readonly addressPath: Path;
}

export interface NetworkService {
  readonly name: string;
  readonly settings: ServiceSettings;
  /** `nat` stays here when the file's model is `nat` and the service names none: an error. */
  readonly model: ModelName;
  /** The first of them, where there are several. */
  readonly director: NetworkNode | undefined;
  /** Those that there are of the names, the preferred one first. */
  readonly directors: readonly NetworkNode[];
  readonly servers: readonly NetworkServer[];
  /** Who serves when too few of them are up. */
  readonly sorry: NetworkServer | undefined;
  readonly path: Path;
}

export interface NetworkServer {
  readonly name: string;
  readonly node: NetworkNode | undefined;
  readonly port: number;
  readonly weight: number;
  readonly path: Path;
}

export function buildNetwork(document: TopologyDocument): Network {
  const { topology } = document;
  const segments = new Map<string, NetworkSegment>();
  for (const [name, settings] of Object.entries(topology.segments)) {
    const long = 'subnet' in settings ? settings : { subnet: settings, mtu: 1500 };
    segments.set(name, { name, ...long.subnet, mtu: long.mtu, path: ['segments', name] });
  }
  const nodes = new Map<string, NetworkNode>();
  for (const [name, settings] of Object.entries(topology.nodes)) {
    nodes.set(name, { name, settings, interfaces: interfacesOf(name, settings), path: ['nodes', name] });
  }
  const services = [
    ...(topology.service
      ? [buildService('service', topology.service, ['service'], topology.model, nodes)]
      : []),
    ...Object.entries(topology.services ?? {}).map(([name, settings]) =>
      buildService(name, settings, ['services', name], topology.model, nodes),
    ),
  ];
  return { document, segments, nodes, services };
}

export function nodesOfRole(network: Network, role: NodeSettings['role']): NetworkNode[] {
  return [...network.nodes.values()].filter(({ settings }) => settings.role === role);
}

/** The interface of `other` on the first of the node's segments that both are attached to. */
export function neighbourInterface(node: NetworkNode, other: NetworkNode): NetworkInterface | undefined {
  for (const { segment } of node.interfaces) {
    const shared = other.interfaces.find((candidate) => candidate.segment === segment);
    if (shared && node !== other) return shared;
  }
  return undefined;
}

/** Whether the node has interfaces and all of them are on segments that exist; if not, that is the problem to tell. */
export function isPlaced(network: Network, { interfaces }: NetworkNode): boolean {
  return interfaces.length > 0 && interfaces.every(({ segment }) => network.segments.has(segment));
}

/** The address of a next hop given as a node's name or an address; undefined when it is on none of the node's segments. */
export function nextHopAddress(network: Network, node: NetworkNode, hop: string | Ipv4): Ipv4 | undefined {
  if (typeof hop === 'string') {
    const other = network.nodes.get(hop);
    return other && neighbourInterface(node, other)?.address;
  }
  return node.interfaces.some((port) => {
    const segment = network.segments.get(port.segment);
    return segment && port.address !== hop && inSubnet(hop, segment.network, segment.prefixLength);
  })
    ? hop
    : undefined;
}

/** The interface whose address is the server's RIP: on the director's own segment where there is one, else its first. */
export function realInterface(
  director: NetworkNode | undefined,
  server: NetworkNode,
): NetworkInterface | undefined {
  return (director && neighbourInterface(director, server)) ?? server.interfaces[0];
}

function interfacesOf(node: string, settings: NodeSettings): NetworkInterface[] {
  return Object.entries(settings.at).map(([segment, written]) => {
    const path = ['nodes', node, 'at', segment];
    if (typeof written !== 'number')
      return { ...written, node, segment, path, addressPath: [...path, 'address'] };
    return {
      node,
      segment,
      address: written,
      loss: 0,
      delay: 0,
      drop: [],
      down: false,
      path,
      addressPath: path,
    };
  });
}

function buildService(
  name: string,
  settings: ServiceSettings,
  path: Path,
  fileModel: ModelName,
  nodes: ReadonlyMap<string, NetworkNode>,
): NetworkService {
  const directors = directorsOf(settings, nodes);
  const servers = serverList(settings, nodes).map(([server, own, key]): NetworkServer => ({
    name: server,
    node: nodes.get(server),
    port: own.port ?? settings.port,
    weight: own.weight,
    path: key === undefined ? path : [...path, 'servers', key],
  }));
  return {
    name,
    settings,
    model: settings.model ?? fileModel,
    director: directors[0],
    directors,
    servers,
    sorry: sorryOf(settings, path, nodes),
    path,
  };
}

/** The servers of a service and its sorry server: all that may get its packets. */
export function everyServer({ servers, sorry }: NetworkService): readonly NetworkServer[] {
  return sorry && !servers.some(({ name }) => name === sorry.name) ? [...servers, sorry] : servers;
}

function sorryOf(
  { sorry, port }: ServiceSettings,
  path: Path,
  nodes: ReadonlyMap<string, NetworkNode>,
): NetworkServer | undefined {
  if (sorry === undefined) return undefined;
  return { name: sorry, node: nodes.get(sorry), port, weight: 1, path: [...path, 'sorry'] };
}

/** Who is named, or the only one that there is. */
function directorsOf(
  { director, directors }: ServiceSettings,
  nodes: ReadonlyMap<string, NetworkNode>,
): NetworkNode[] {
  const named = directors ?? (director === undefined ? undefined : [director]);
  if (named) return [...new Set(named)].flatMap((name) => nodes.get(name) ?? []);
  const all = [...nodes.values()].filter((node) => node.settings.role === 'director');
  return all.length === 1 ? all : [];
}

type ServerEntry = readonly [
  name: string,
  own: { readonly port?: number | undefined; readonly weight: number },
  key: string | number | undefined,
];

/** A list of names, a map with settings, or nothing: then every node whose role is `server`, but for the sorry server. */
function serverList(
  { servers, sorry }: ServiceSettings,
  nodes: ReadonlyMap<string, NetworkNode>,
): ServerEntry[] {
  const plain = { weight: 1 };
  if (Array.isArray(servers)) return servers.map((name, index) => [name, plain, index]);
  if (servers) return Object.entries(servers).map(([name, own]) => [name, own, name]);
  return [...nodes.values()]
    .filter(({ name, settings }) => settings.role === 'server' && name !== sorry)
    .map(({ name }) => [name, plain, undefined]);
}
