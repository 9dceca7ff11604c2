import { balances, models } from '../../models/models.ts';
import { formatIpv4 } from '../../packet/address.ts';
import {
  everyServer,
  isPlaced,
  neighbourInterface,
  nodesOfRole,
  type Network,
  type NetworkServer,
  type NetworkService,
} from './network.ts';
import type { Path } from './places.ts';
import { makeProblem, type Problem } from './problem.ts';

/** Every service can be carried: it has a model, one director, servers within the model's reach, and an address of its own. */
export function checkServices(network: Network): Problem[] {
  return [
    ...fileProblems(network),
    ...network.services.flatMap((service) => serviceProblems(network, service)),
    ...rivals(network),
  ];
}

function fileProblems(network: Network): Problem[] {
  const { topology, places } = network.document;
  const { model, service, services } = topology;
  if (service && services) return [makeProblem('service-twice', places.key(['service']))];
  if (balances(model)) {
    return (service ?? services) ? [] : [makeProblem('missing-service', places.of(['model']), { model })];
  }
  const hasNat = nodesOfRole(network, 'router').some(({ settings }) => settings.nat !== undefined);
  return hasNat || network.services.length > 0 ? [] : [makeProblem('no-nat-router', places.of(['model']))];
}

function serviceProblems(network: Network, service: NetworkService): Problem[] {
  const { places } = network.document;
  const { name, settings, model, servers, path } = service;
  const problems: Problem[] = [];
  if (!balances(model))
    problems.push(makeProblem('service-needs-model', places.key(path), { service: name }));
  if (settings.director === undefined && !settings.directors?.length && !service.director) {
    const directors = nodesOfRole(network, 'director').map((node) => node.name);
    const code = directors.length === 0 ? 'no-director' : 'which-director';
    problems.push(
      makeProblem(code, places.key(path), { service: name, directors: directors.join(', ') || '-' }),
    );
  }
  const listed = [...path, 'servers'];
  if (servers.length === 0) problems.push(makeProblem('no-servers', places.key(listed), { service: name }));
  problems.push(...twins(network, servers));
  if (models[model].needsSharedSegment) problems.push(...acrossRouters(network, service));
  if (models[model].wraps && settings.tunnel === 'gue') problems.push(...tunnelPortTaken(network, service));
  return problems;
}

function twins(network: Network, servers: readonly NetworkServer[]): Problem[] {
  const { places } = network.document;
  return servers.flatMap(({ name, path }, index) => {
    const first = servers.slice(0, index).find((other) => other.name === name);
    if (!first) return [];
    const related = [{ range: places.of(first.path), name }];
    return [makeProblem('duplicate-server', places.of(path), { server: name }, { related })];
  });
}

/** The frame itself is handed to the server, and no frame leaves its segment. Told where the server is placed. */
function acrossRouters(network: Network, service: NetworkService): Problem[] {
  const { places } = network.document;
  const { director } = service;
  return everyServer(service).flatMap(({ name, node, path }) => {
    const port = node?.interfaces[0];
    // What is no server has been told so.
    if (node?.settings.role !== 'server') return [];
    if (!director || !port || neighbourInterface(director, node)) return [];
    if (!isPlaced(network, director) || !isPlaced(network, node)) return [];
    const segments = director.interfaces.map(({ segment }) => segment).join(', ');
    const params = { server: name, director: director.name, segment: port.segment, segments };
    const related = [
      { range: places.of(director.interfaces[0]?.path ?? director.path), name: director.name },
      { range: places.of(path), name },
    ];
    return [makeProblem('dr-across-router', places.key(port.path), params, { related })];
  });
}

/** What takes GUE off has its UDP port to itself: no server has another use for it. */
function tunnelPortTaken(network: Network, { settings, servers, path }: NetworkService): Problem[] {
  const { tunnelPort: port } = settings;
  const other = network.services.find(
    (one) =>
      one.settings.protocol === 'udp' &&
      one.servers.some((server) => server.port === port && servers.some(({ name }) => name === server.name)),
  );
  if (!other) return [];
  const { places } = network.document;
  const own: Path = [...path, 'tunnelPort'];
  const place = places.has(own) ? places.of(own) : places.of([...path, 'tunnel']);
  return [makeProblem('tunnel-port-taken', place, { port, other: other.name })];
}

/** A VIP belongs to one director, and a port of it to one service. */
function rivals(network: Network): Problem[] {
  const { places } = network.document;
  const services = network.services;
  return services.flatMap((service, index) => {
    const { vip, port, protocol } = service.settings;
    const earlier = services.slice(0, index).filter(({ settings }) => settings.vip === vip);
    const same = earlier.find(({ settings }) => settings.port === port && settings.protocol === protocol);
    const stranger = earlier.find(({ directors }) => !sameNodes(directors, service.directors));
    const other = same ?? stranger;
    if (!other) return [];
    const params = { service: service.name, other: other.name, vip: formatIpv4(vip), port };
    const related = [{ range: places.of([...other.path, 'vip']), name: other.name }];
    const key = same ? 'port' : 'vip';
    const code = same ? 'duplicate-service' : 'vip-two-directors';
    return [makeProblem(code, places.of([...service.path, key]), params, { related })];
  });
}

function sameNodes(a: NetworkService['directors'], b: NetworkService['directors']): boolean {
  return a.length === b.length && a.every((node, at) => node === b[at]);
}
