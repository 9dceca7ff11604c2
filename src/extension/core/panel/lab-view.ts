import type { Plan, PlannedNode, PlannedService } from '../../../lab/topology/plan.ts';
import { formatIpv4, formatMac, type Ipv4 } from '../../../packet/address.ts';
import type { AddressName, LabView, LaneView, ServiceView } from '../../../panel-protocol/messages.ts';
import type { LabIndex } from './lab-index.ts';
import type { ShownLab } from './shown-lab.ts';

/** The plan in force as the view shows it: lanes, segments, services, and names for addresses. */
export function labView(lab: ShownLab, index: LabIndex): LabView {
  const { plan, file, engine, startedAt, sealed, captures } = lab;
  const places = new Map(plan.nodes.map(({ name }, position) => [name, position]));
  return {
    name: plan.lab,
    file,
    model: plan.model,
    engine,
    startedAt,
    nodes: index.nodes.map(({ plan: node, gone }) =>
      laneView(node, plan, gone ? 'stopped' : lab.nodeState(node.name), places, gone),
    ),
    segments: index.segments.map(({ plan: { name, network, prefixLength }, gone }) => ({
      name,
      subnet: `${formatIpv4(network)}/${prefixLength}`,
      gone,
    })),
    services: plan.services.map((service) => serviceView(service, plan)),
    traffic: plan.traffic.map(({ from, request }) => ({ from, request })),
    names: namesOf(plan),
    ...(captures && { captures: captures.view }),
    ...(sealed && { mystery: { level: sealed.level, seed: sealed.seed } }),
  };
}

function laneView(
  node: PlannedNode,
  plan: Plan,
  state: LaneView['state'],
  places: ReadonlyMap<string, number>,
  gone: boolean,
): LaneView {
  return {
    name: node.name,
    role: node.role,
    forwards: node.forwarder !== undefined,
    interfaces: node.interfaces.map(({ segment, address, prefixLength, mac }) => ({
      segment,
      address: formatIpv4(address),
      prefixLength,
      mac: formatMac(mac),
    })),
    vips: vipsOf(node, plan),
    state,
    position: places.get(node.name) ?? places.size,
    gone,
  };
}

function vipsOf(node: PlannedNode, plan: Plan): LaneView['vips'] {
  const vips = new Set(plan.services.map(({ vip }) => vip));
  const owned = new Set(plan.services.filter(({ director }) => director === node.name).map(({ vip }) => vip));
  const own = [...owned].map((vip) => ({ address: formatIpv4(vip), how: 'owned' as const }));
  const how = node.sysctls.arp_ignore === 1 ? ('hidden' as const) : ('exposed' as const);
  const held = node.loopback.filter((address) => vips.has(address) && !owned.has(address));
  return [...own, ...held.map((vip) => ({ address: formatIpv4(vip), how }))];
}

function serviceView(service: PlannedService, plan: Plan): ServiceView {
  const director = plan.nodes.find(({ name }) => name === service.director);
  const configured = director?.forwarder?.services.find(({ name }) => name === service.name);
  return {
    ...service,
    vip: formatIpv4(service.vip),
    scheduler: configured?.scheduler ?? '',
    servers: service.servers.map((server) => ({ ...server, address: formatIpv4(server.address) })),
  };
}

/** The field's words where they are unambiguous (VIP, CIP, DIP), else the node's name. */
function namesOf(plan: Plan): AddressName[] {
  const names: AddressName[] = [];
  const ip = (address: Ipv4, name: string) => names.push({ kind: 'ip', value: formatIpv4(address), name });
  const vips = new Map(plan.services.map(({ vip, name }) => [vip, name]));
  for (const [vip, name] of vips) ip(vip, vips.size === 1 ? 'VIP' : `VIP ${name}`);
  const clients = plan.nodes.filter(({ role }) => role === 'client');
  for (const node of plan.nodes) {
    for (const { address, mac, segment } of node.interfaces) {
      names.push({ kind: 'mac', value: formatMac(mac), name: node.name });
      ip(address, addressName(node, segment, clients.length === 1, plan));
    }
  }
  return names;
}

function addressName(node: PlannedNode, segment: string, onlyClient: boolean, plan: Plan): string {
  if (node.role === 'director' && node.interfaces.length === 1) return 'DIP';
  if (node.role === 'client' && onlyClient) return 'CIP';
  const outside = node.forwarder?.nat?.outside;
  if (outside !== undefined && node.forwarder?.interfaces[outside]?.segment === segment) return 'EXT';
  if (node.interfaces.length === 1) return node.name;
  return plan.segments.length > 1 ? `${node.name}.${segment}` : node.name;
}
