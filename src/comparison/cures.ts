import { addressAfter, formatIpv4, type Ipv4, lastOf } from '../packet/address.ts';
import { gatewayFix } from '../lab/topology/gateway-fix.ts';
import { neighbourInterface, type Network } from '../lab/topology/network.ts';
import type { Path } from '../lab/topology/places.ts';
import type { ProblemCode } from '../lab/topology/problem-codes.ts';
import type { Problem } from '../lab/topology/problem.ts';

/** A setting of the file, and what it is to be; without `to` it is taken out. */
export interface Edit {
  readonly path: Path;
  readonly to?: unknown;
}

type Cure = (params: Problem['params'], network: Network) => readonly Edit[];

/**
 * What another model asks of a network that was made for one, by the problem that `check` has with it as it is. What is not
 * here nobody can mend without knowing what the network is for.
 */
const cures: Readonly<Partial<Record<ProblemCode, Cure>>> = {
  'missing-gateway': ({ node, gateways = '' }) => gateway(node, gateways.split(', ')[0]),
  'no-path-back': ({ node = '' }, network) => wayBack(network, node),
  'dnat-gateway': ({ server = '', director = '' }, network) => {
    const [from, to] = [network.nodes.get(server), network.nodes.get(director)];
    return from && to && neighbourInterface(from, to) ? gateway(server, director) : [];
  },
  'dr-port-map': ({ service = '', server = '' }, network) => {
    const path = network.services.find(({ name }) => name === service)?.path ?? [];
    return [{ path: [...path, 'servers', server, 'port'] }];
  },
  'nobody-listens': ({ node = '', port }, network) => {
    const listens = network.nodes.get(node)?.settings.listen ?? [];
    return [{ path: ['nodes', node, 'listen'], to: [listens, Number(port)].flat() }];
  },
  'tunnel-mtu': ({ segment = '', needed }, network) => widen(network, segment, Number(needed)),
};

/** The edits that mend it; none when nothing here does. @param network That the problem was found in. */
export function cureOf({ code, params }: Problem, network: Network): readonly Edit[] {
  return cures[code]?.(params, network) ?? [];
}

function gateway(node = '', to: string | undefined): Edit[] {
  return to === undefined ? [] : [{ path: ['nodes', node, 'gateway'], to }];
}

/**
 * A server that answers the client itself needs a router beside it. Where none is, the director's own gets an address there:
 * it is how clients are reached from here.
 */
function wayBack(network: Network, name: string): readonly Edit[] {
  const server = network.nodes.get(name);
  if (server?.settings.role !== 'server') return [];
  const [beside] = gatewayFix(network, name).gateways;
  if (beside !== undefined) return gateway(name, beside);
  const service = network.services.find(({ servers }) => servers.some(({ node }) => node === server));
  const [router] = service?.director ? gatewayFix(network, service.director.name).gateways : [];
  const segment = server.interfaces[0]?.segment;
  const address = segment === undefined ? undefined : freeAddress(network, segment);
  if (router === undefined || segment === undefined || address === undefined) return [];
  return [{ path: ['nodes', router, 'at', segment], to: formatIpv4(address) }];
}

/** The lowest that nobody has. */
function freeAddress(network: Network, name: string): Ipv4 | undefined {
  const segment = network.segments.get(name);
  if (!segment) return undefined;
  const used = new Set([
    ...[...network.nodes.values()].flatMap(({ interfaces }) => interfaces.map(({ address }) => address)),
    ...network.services.map(({ settings }) => settings.vip),
  ]);
  const last = lastOf(segment.network, segment.prefixLength);
  let address = addressAfter(segment.network, 1);
  // Ends soon: no file names more than a few hundred addresses.
  while (address < last && used.has(address)) address = addressAfter(address, 1);
  return address < last ? address : undefined;
}

/** The segment, and those ends of it that have an MTU of their own. */
function widen(network: Network, segment: string, mtu: number): Edit[] {
  const ends = [...network.nodes.values()].flatMap((node) => node.interfaces);
  const narrow = ends.filter((end) => end.segment === segment && end.mtu !== undefined && end.mtu < mtu);
  return [
    { path: ['segments', segment, 'mtu'], to: mtu },
    ...narrow.map(({ path }) => ({ path: [...path, 'mtu'], to: mtu })),
  ];
}
