import { models } from '../../models/models.ts';
import { nodesOfRole, type Network, type NetworkService } from './network.ts';
import type { Path } from './places.ts';
import type { Plan } from './plan.ts';
import { DEFAULT_PORTS, directServices } from './plan-services.ts';
import type { ProblemCode } from './problem-codes.ts';
import { makeProblem, type Problem, type Range } from './problem.ts';

/** The mistakes that lessons are made of: the lab starts with them, and the file says what they will do. */
export function checkMistakes(network: Network, plan: Plan): Problem[] {
  return [
    ...[...network.nodes.values()].flatMap((node) => [
      ...hostMistakes(network, node.name),
      ...downInterfaces(network, node.name),
    ]),
    ...network.services.flatMap((service) => serviceMistakes(network, service, plan)),
    ...natMistakes(network, plan),
  ];
}

function hostMistakes(network: Network, name: string): Problem[] {
  const { places } = network.document;
  const node = network.nodes.get(name)!;
  const { settings, path } = node;
  const services = directServices(network, node);
  const tunnelled = services.some(({ model }) => models[model].wraps);
  const holds = services.length > 0 && settings.holdVip !== false;
  const found: [condition: boolean, code: ProblemCode, key: string, cure: string][] = [
    [holds && settings.hideVip === false, 'vip-not-hidden', 'hideVip', 'true'],
    [services.length > 0 && settings.holdVip === false, 'vip-not-held', 'holdVip', 'true'],
    [tunnelled && settings.rpFilter === 'strict', 'reverse-path-filter', 'rpFilter', 'off'],
    [tunnelled && settings.decapsulate === false, 'no-decapsulator', 'decapsulate', 'true'],
  ];
  return found
    .filter(([condition]) => condition)
    .map(([, code, key, cure]) => curable(code, places.of([...path, key]), { node: name }, cure));
}

function downInterfaces(network: Network, name: string): Problem[] {
  const { places } = network.document;
  return network.nodes
    .get(name)!
    .interfaces.filter(({ down }) => down)
    .map(({ segment, path }) =>
      curable('interface-down', places.of([...path, 'down']), { node: name, segment }, 'false'),
    );
}

function serviceMistakes(network: Network, service: NetworkService, plan: Plan): Problem[] {
  const { places } = network.document;
  const { name, settings, model, servers, path } = service;
  const problems: Problem[] = [];
  if (servers.every(({ weight }) => weight === 0)) {
    problems.push(makeProblem('all-drained', places.key([...path, 'servers']), { service: name }));
  }
  for (const server of servers) {
    const params = {
      service: name,
      server: server.name,
      servicePort: settings.port,
      serverPort: server.port,
    };
    const portPath: Path = [...server.path, 'port'];
    if (!models[model].translates && server.port !== settings.port) {
      const place = places.of(portPath);
      problems.push(curable('dr-port-map', place, { ...params, model }, String(settings.port)));
      continue;
    }
    // A server answers datagrams wherever its services say.
    if (settings.protocol === 'udp') continue;
    const listens = plan.nodes.find((node) => node.name === server.name)?.listen ?? [];
    if (listens.includes(server.port)) continue;
    const range = places.of(['nodes', server.name, 'listen']);
    problems.push(makeProblem('nobody-listens', range, { node: server.name, port: server.port }));
  }
  if (models[model].translates && settings.snat) problems.push(...smallPool(network, service, plan));
  return problems;
}

/** Ports are unique for each server, so that the pool serves as many flows as it has ports, times the servers. */
function smallPool(network: Network, service: NetworkService, plan: Plan): Problem[] {
  const { director, settings, servers } = service;
  const asked = plan.traffic.filter(({ to, port }) => to === settings.vip && port === settings.port);
  const flows = asked.reduce((sum, { count, load }) => sum + (load?.connections ?? count), 0);
  const { first, last } = director?.settings.ports ?? DEFAULT_PORTS;
  const room = (last - first + 1) * servers.filter(({ weight }) => weight > 0).length;
  if (!director || room === 0 || flows <= room) return [];
  const range = network.document.places.of([...director.path, 'ports']);
  return [makeProblem('port-pool-small', range, { node: director.name, flows, room })];
}

function natMistakes(network: Network, plan: Plan): Problem[] {
  const { places } = network.document;
  const serviceAddresses = new Set(network.services.map(({ settings }) => settings.vip));
  const flows = plan.traffic.reduce((sum, { to, count }) => sum + (serviceAddresses.has(to) ? 0 : count), 0);
  return nodesOfRole(network, 'router').flatMap(({ name, settings, path }) => {
    if (settings.nat === undefined) return [];
    if (settings.translatePorts === false) {
      return [
        curable('ports-not-translated', places.of([...path, 'translatePorts']), { node: name }, 'true'),
      ];
    }
    const { first, last } = settings.ports ?? DEFAULT_PORTS;
    const room = last - first + 1;
    if (flows <= room) return [];
    return [makeProblem('port-pool-small', places.of([...path, 'ports']), { node: name, flows, room })];
  });
}

/** A mistake that another value mends. */
function curable(
  code: ProblemCode,
  range: Range,
  params: Record<string, string | number>,
  text: string,
): Problem {
  return makeProblem(code, range, params, { fix: { kind: 'replace', range, text } });
}
