import { type ModelName, models, serviceModels } from '../../models/models.ts';
import { schedulers } from '../../forwarder/schedulers/registry.ts';
import { nodesOfRole, type Network, type NetworkNode } from './network.ts';
import { redundantServices } from './plan-redundancy.ts';
import { directServices, servicesOf } from './plan-services.ts';
import { makeProblem, type Problem } from './problem.ts';

type NodeKey = keyof NetworkNode['settings'];

/** Settings that change nothing where they stand, segments without nodes, a lab without clients. */
export function checkUseless(network: Network): Problem[] {
  const { places } = network.document;
  const used = new Set(
    [...network.nodes.values()].flatMap((node) => node.interfaces.map(({ segment }) => segment)),
  );
  const unused = [...network.segments.values()].filter(({ name }) => !used.has(name));
  const noClient = nodesOfRole(network, 'client').length === 0;
  return [
    ...unused.map(({ name, path }) => makeProblem('unused-segment', places.key(path), { segment: name })),
    ...(noClient ? [makeProblem('no-client', places.key(['nodes']))] : []),
    ...[...network.nodes.values()].flatMap((node) => uselessSettings(network, node)),
    ...uselessOfServices(network),
    ...uselessVrrp(network),
  ];
}

function uselessSettings(network: Network, node: NetworkNode): Problem[] {
  const { places } = network.document;
  return Object.entries(usefulWhere).flatMap(([key, useful]) => {
    if (!places.has([...node.path, key]) || useful(network, node)) return [];
    return [makeProblem('no-effect', places.key([...node.path, key]), { key, name: node.name })];
  });
}

/** Which nodes a setting does anything on. */
const usefulWhere: Readonly<Partial<Record<NodeKey, (network: Network, node: NetworkNode) => boolean>>> = {
  nat: (_, { settings }) => settings.role === 'router',
  translatePorts: (_, node) => isNat(node),
  ports: (network, node) =>
    isNat(node) ||
    network.services.some(
      (service) =>
        service.directors.includes(node) && models[service.model].translates && service.settings.snat,
    ),
  noEntry: (_, { settings }) => settings.role === 'director',
  onRemove: (_, { settings }) => settings.role === 'director',
  connReuseMode: (_, { settings }) => settings.role === 'director',
  expireQuiescentTemplate: (network, node) =>
    network.services.some(
      ({ director, settings }) => director === node && settings.persistence !== undefined,
    ),
  sloppyTcp: (network, node) =>
    network.services.some(
      ({ directors, settings }) => directors.includes(node) && settings.protocol === 'tcp',
    ),
  decrementTtl: (_, node) => isNat(node) || node.settings.role === 'director',
  maxConnections: (_, node) => isNat(node) || node.settings.role === 'director',
  timeouts: (_, node) => isNat(node) || node.settings.role === 'director',
  // Replies pass by in dr and tun, and with them what the server announces.
  clampMss: (network, node) =>
    isNat(node) ||
    network.services.some((service) => service.directors.includes(node) && models[service.model].translates),
  hideVip: (network, node) => directServices(network, node).length > 0,
  holdVip: (network, node) => directServices(network, node).length > 0,
  decapsulate: (network, node) => servicesOf(network, node).some(({ model }) => models[model].wraps),
  listen: (_, { settings }) => settings.role === 'server',
  // The forwarder reads frames before the kernel's filter sees them.
  rpFilter: (_, node) => !isNat(node) && node.settings.role !== 'director',
};

/** What a service of this model or scheduler does not look at. */
function uselessOfServices(network: Network): Problem[] {
  const { places } = network.document;
  return network.services.flatMap(({ name, model, settings, path }) => {
    const ignored = [
      ...optionsOfOthers(model),
      ...(settings.tunnel === 'gue' ? [] : ['tunnelPort']),
      ...(schedulers[settings.scheduler].hasFlags ? [] : ['schedulerFlags']),
    ];
    return [...new Set(ignored)]
      .filter((key) => places.has([...path, key]))
      .map((key) => makeProblem('no-effect', places.key([...path, key]), { key, name }));
  });
}

/** It is for several directors of one service. */
function uselessVrrp(network: Network): Problem[] {
  const { places, topology } = network.document;
  if (topology.vrrp === undefined || redundantServices(network).length > 0) return [];
  const name = network.services[0]?.name ?? network.document.lab;
  return [makeProblem('no-effect', places.key(['vrrp']), { key: 'vrrp', name })];
}

/** The keys of a service that mean something for other models only. */
function optionsOfOthers(model: ModelName): readonly string[] {
  const own = models[model].options;
  return serviceModels.flatMap((other) => models[other].options).filter((key) => !own.includes(key));
}

function isNat({ settings }: NetworkNode): boolean {
  return settings.role === 'router' && settings.nat !== undefined;
}
