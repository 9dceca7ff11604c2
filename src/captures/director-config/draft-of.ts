import { networkOf, type Ipv4 } from '../../packet/address.ts';
import { freeAddress, madeUpNetwork, USUAL_PREFIX, type Subnet } from '../inference/addresses.ts';
import type { Draft, DraftNode, DraftSegment, DraftService, Remark } from '../inference/draft.ts';
import type { ImportedConfig, ImportedService, SkippedLine } from './imported.ts';

const remark = (code: string, params: Remark['params'] = {}): Remark => ({
  key: `captures.draft.${code}`,
  params,
});

type Port = DraftNode['at'][number];

/**
 * The topology of a director's configuration. It says services and servers; client, router, the director's own addresses and
 * the lengths of prefixes are made up, so that the file loads, each with a remark.
 * @returns `undefined` when there is no service.
 */
export function draftOf({ services, skipped }: ImportedConfig, file: string): Draft | undefined {
  const [first] = services;
  if (first === undefined) return undefined;
  const addresses = services.flatMap(({ vip, servers }) => [vip, ...servers.map(({ address }) => address)]);
  const taken = new Set(addresses);
  const segments = segmentsOf(addresses);
  const segmentOf = (address: Ipv4): DraftSegment =>
    segments.find(({ network }) => network === networkOf(address, USUAL_PREFIX))!;
  const clients: DraftSegment = {
    name: 'clients',
    network: madeUpNetwork(0),
    prefixLength: USUAL_PREFIX,
    remarks: [remark('subnet-unknown')],
  };
  const port = (segment: DraftSegment): Port => ({
    segment: segment.name,
    address: freeAddress(subnet(segment), taken),
  });
  const front = segmentOf(first.vip);
  const handsOn = services.flatMap(({ servers }) =>
    servers.flatMap(({ model, address }) => (model === 'tun' ? [] : [segmentOf(address)])),
  );
  const around = services.flatMap(({ servers }) =>
    servers.flatMap(({ model, address }) => (model === 'dnat' ? [] : [segmentOf(address)])),
  );
  const fronts = services.map(({ vip }) => segmentOf(vip));
  const nodes: DraftNode[] = [
    {
      name: 'client',
      role: 'client',
      at: [port(clients)],
      gateway: 'router',
      remarks: [remark('not-in-file')],
    },
    {
      name: 'router',
      role: 'router',
      at: [clients, ...new Set([...fronts, ...around])].map(port),
      remarks: [remark('not-in-file')],
    },
    {
      name: 'director',
      role: 'director',
      at: [...new Set([front, ...fronts, ...handsOn])].map(port),
      gateway: 'router',
      remarks: [remark('director-addresses')],
    },
  ];
  const names = new Map<Ipv4, string>();
  for (const { servers } of services) {
    for (const { address, model } of servers) {
      if (names.has(address)) continue;
      const name = `rs${names.size + 1}`;
      names.set(address, name);
      const gateway = model === 'dnat' ? 'director' : 'router';
      const at = [{ segment: segmentOf(address).name, address }];
      nodes.push({ name, role: 'server', at, gateway, remarks: [remark('gateway-unknown', { gateway })] });
    }
  }
  const [{ model }] = first.servers as [ImportedService['servers'][number]];
  return {
    model,
    remarks: [
      remark('imported', { file, services: services.length, skipped: skipped.length }),
      ...skipped.map(skippedRemark),
    ],
    services: services.map((service, index) => serviceOf(service, model, index, names)),
    segments: [clients, ...segments],
    nodes,
  };
}

/** What of a line the draft does not show, and why. */
export function skippedRemark({ line, text, reason }: SkippedLine): Remark {
  return { key: `captures.skipped.${reason}`, params: { line, text } };
}

const subnet = ({ network, prefixLength }: DraftSegment): Subnet => ({ network, prefixLength });

function segmentsOf(addresses: readonly Ipv4[]): DraftSegment[] {
  const networks = [...new Set(addresses.map((one) => networkOf(one, USUAL_PREFIX)))];
  return networks.map((network, index) => ({
    name: index === 0 ? 'front' : `servers${index}`,
    network,
    prefixLength: USUAL_PREFIX,
    remarks: [remark('prefix-not-in-file')],
  }));
}

function serviceOf(
  service: ImportedService,
  model: Draft['model'],
  index: number,
  names: ReadonlyMap<Ipv4, string>,
): DraftService {
  const { vip, port, protocol, scheduler, schedulerFlags, persistence, servers } = service;
  const [first] = servers;
  return {
    name: `service${index + 1}`,
    ...{ vip, port, protocol, schedulerFlags },
    ...(first!.model !== model && { model: first!.model }),
    ...(scheduler !== undefined && { scheduler }),
    ...(persistence && { persistence }),
    ...(first!.model === 'dnat' && { snat: false }),
    ...(first!.guePort !== undefined && { tunnel: 'gue' as const, tunnelPort: first!.guePort }),
    servers: servers.map((server) => ({
      node: names.get(server.address)!,
      ...(server.port !== port && { port: server.port }),
      ...(server.weight !== undefined && { weight: server.weight }),
    })),
    remarks: [],
  };
}
