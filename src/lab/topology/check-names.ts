import { balances } from '../../models/models.ts';
import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import {
  everyServer,
  isPlaced,
  nextHopAddress,
  nodesOfRole,
  type Network,
  type NetworkNode,
} from './network.ts';
import type { Path } from './places.ts';
import { destinationOf, trafficProtocol } from './plan-traffic.ts';
import type { ProblemCode } from './problem-codes.ts';
import { makeProblem, type Problem } from './problem.ts';
import type { TrafficSettings } from './schema.ts';
import { suggest } from './suggest.ts';

/** Every name leads to something of the right kind, and every next hop is a neighbour. */
export function checkNames(network: Network): Problem[] {
  const { topology, places } = network.document;
  const empty = (['segments', 'nodes', 'services'] as const)
    .filter((key) => topology[key] && Object.keys(topology[key]).length === 0)
    .map((key) => makeProblem('empty-collection', places.key([key]), { key }));
  return [
    ...empty,
    ...[...network.nodes.values()].flatMap((node) => nodeProblems(network, node)),
    ...network.services.flatMap((service) => {
      const { director, directors = [] } = service.settings;
      const named = directors.map((name, at) => [name, ['directors', at]] as const);
      const all = director === undefined ? named : [[director, ['director']] as const, ...named];
      return all.flatMap(([name, place]) =>
        roleProblem(network, name, 'director', [...service.path, ...place], 'unknown-node', directors),
      );
    }),
    ...network.services.flatMap((service) => {
      const all = everyServer(service);
      const listed = all.map(({ name }) => name);
      return all.flatMap(({ name, path }) =>
        roleProblem(network, name, 'server', path, 'unknown-server', listed),
      );
    }),
    ...topology.traffic.flatMap((settings, index) => trafficProblems(network, settings, index)),
  ];
}

function nodeProblems(network: Network, node: NetworkNode): Problem[] {
  const { places } = network.document;
  const { name, settings, path } = node;
  const problems: Problem[] = [];
  if (node.interfaces.length === 0) {
    problems.push(makeProblem('empty-collection', places.key([...path, 'at']), { key: 'at' }));
  }
  for (const { segment, path } of node.interfaces) {
    if (!network.segments.has(segment)) problems.push(unknown(network, 'unknown-segment', segment, path));
  }
  if (settings.gateway !== undefined) {
    problems.push(...hopProblems(network, node, settings.gateway, [...path, 'gateway']));
  }
  for (const [destination, hop] of Object.entries(settings.routes ?? {})) {
    problems.push(...hopProblems(network, node, hop, [...path, 'routes', destination]));
  }
  const { nat } = settings;
  if (nat !== undefined && !node.interfaces.some(({ segment }) => segment === nat)) {
    const place: Path = [...path, 'nat'];
    problems.push(
      network.segments.has(nat)
        ? makeProblem('nat-not-attached', places.of(place), { node: name, segment: nat })
        : unknown(network, 'unknown-segment', nat, place),
    );
  }
  return problems;
}

function hopProblems(network: Network, node: NetworkNode, hop: string | Ipv4, path: Path): Problem[] {
  if (typeof hop === 'string' && !network.nodes.has(hop))
    return [unknown(network, 'unknown-node', hop, path)];
  if (!isPlaced(network, node)) return [];
  if (nextHopAddress(network, node, hop) !== undefined) return [];
  const gateway = typeof hop === 'string' ? hop : formatIpv4(hop);
  return [
    makeProblem('gateway-not-adjacent', network.document.places.of(path), { node: node.name, gateway }),
  ];
}

function roleProblem(
  network: Network,
  name: string,
  expected: NetworkNode['settings']['role'],
  path: Path,
  code: 'unknown-node' | 'unknown-server',
  unlikely: readonly string[] = [],
): Problem[] {
  const node = network.nodes.get(name);
  if (!node) {
    const known = nodesOfRole(network, expected).map((other) => other.name);
    return [unknown(network, code, name, path, known, unlikely)];
  }
  const { role } = node.settings;
  if (role === expected) return [];
  const { places } = network.document;
  const related = [{ range: places.of([...node.path, 'role']), name }];
  return [makeProblem('wrong-role', nameRange(network, path), { name, role, expected }, { related })];
}

function trafficProblems(network: Network, settings: TrafficSettings, index: number): Problem[] {
  const { from, to } = settings;
  const path: Path = ['traffic', index];
  const problems: Problem[] = [];
  for (const [place, name] of Array.isArray(from) ? [...from.entries()] : [[undefined, from] as const]) {
    if (name === undefined) continue;
    const at: Path = place === undefined ? [...path, 'from'] : [...path, 'from', place];
    problems.push(...roleProblem(network, name, 'client', at, 'unknown-node'));
  }
  if (typeof to === 'string' && !destinationOf(network, settings)) {
    const known = [...network.services.map(({ name }) => name), ...network.nodes.keys()];
    problems.push(unknown(network, 'unknown-destination', to, [...path, 'to'], known));
  } else if (to === undefined && !destinationOf(network, settings) && hasServices(network)) {
    const choices = network.services.length > 0 ? network.services : nodesOfRole(network, 'server');
    const names = choices.map(({ name }) => name).join(', ');
    problems.push(
      makeProblem('which-destination', network.document.places.of(path), { choices: names || '-' }),
    );
  }
  return [...problems, ...datagramProblems(network, settings, path)];
}

/** An IPv4 packet has 65,535 bytes at the most (RFC 791): a body that goes as one datagram leaves room for what is around it. */
const MOST_IN_A_DATAGRAM = 65_000;

/** What a client sends, or is answered, in one piece. */
const datagramKeys: Readonly<Record<'tcp' | 'udp' | 'icmp', readonly ('upload' | 'response')[]>> = {
  tcp: [],
  udp: ['upload', 'response'],
  icmp: ['upload'],
};

function datagramProblems(network: Network, settings: TrafficSettings, path: Path): Problem[] {
  const { places } = network.document;
  return datagramKeys[trafficProtocol(network, settings)]
    .filter((key) => settings[key] > MOST_IN_A_DATAGRAM)
    .map((key) =>
      makeProblem('datagram-too-big', places.of([...path, key]), {
        bytes: settings[key],
        most: MOST_IN_A_DATAGRAM,
      }),
    );
}

/** Without the services it needs, or with two kinds of them, the file has another problem to be told first. */
function hasServices({ document }: Network): boolean {
  const { model, service, services } = document.topology;
  return service === undefined ? !balances(model) || services !== undefined : services === undefined;
}

function unknown(
  network: Network,
  code: ProblemCode,
  name: string,
  path: Path,
  known: Iterable<string> = code === 'unknown-segment' ? network.segments.keys() : network.nodes.keys(),
  unlikely: readonly string[] = [],
): Problem {
  const range = nameRange(network, path);
  const names = [...known];
  const meant = suggest(
    name,
    names.filter((other) => !unlikely.includes(other)),
  );
  const fix = meant === undefined ? undefined : { kind: 'replace' as const, range, text: meant };
  return makeProblem(code, range, { name, known: names.join(', ') || '-' }, { fix });
}

/** A name may stand as a value (`gateway: router`, an item of a list) or as a key (of `at` and of a map of servers). */
function nameRange(network: Network, path: Path) {
  const { places } = network.document;
  const [above, last] = path.slice(-2);
  const isKey = above === 'at' || (above === 'servers' && typeof last === 'string');
  return isKey ? places.key(path) : places.of(path);
}
