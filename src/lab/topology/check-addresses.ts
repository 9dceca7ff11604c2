import {
  addressAfter,
  formatIpv4,
  formatMac,
  inSubnet,
  type Ipv4,
  lastOf,
  type Mac,
} from '../../packet/address.ts';
import type { Network, NetworkInterface, NetworkSegment } from './network.ts';
import { makeProblem, type Problem } from './problem.ts';

/** Subnets do not overlap; every address lies in its segment and belongs to one interface, and so does every MAC. */
export function checkAddresses(network: Network): Problem[] {
  return [...overlaps(network), ...interfaceProblems(network), ...vipProblems(network)];
}

function overlaps(network: Network): Problem[] {
  const { places } = network.document;
  const segments = [...network.segments.values()];
  return segments.flatMap((segment, index) => {
    const other = segments.slice(0, index).find((earlier) => overlap(segment, earlier));
    if (!other) return [];
    const params = {
      segment: segment.name,
      subnet: subnetText(segment),
      other: other.name,
      otherSubnet: subnetText(other),
    };
    const related = [{ range: subnetRange(network, other), name: other.name }];
    return [makeProblem('overlapping-subnets', subnetRange(network, segment), params, { related })];
  });

  function subnetRange({ document }: Network, { path }: NetworkSegment) {
    const long = [...path, 'subnet'];
    return document.places.has(long) ? places.of(long) : places.of(path);
  }
}

function interfaceProblems(network: Network): Problem[] {
  const { places } = network.document;
  const addresses = new Map<Ipv4, NetworkInterface>();
  const macs = new Map<Mac, NetworkInterface>();
  const problems: Problem[] = [];
  for (const port of [...network.nodes.values()].flatMap(({ interfaces }) => interfaces)) {
    const { address, mac, node, addressPath } = port;
    const place = places.of(addressPath);
    const other = addresses.get(address);
    const segment = network.segments.get(port.segment);
    const params = { address: formatIpv4(address), node };
    if (other) {
      const related = [{ range: places.of(other.addressPath), name: other.node }];
      problems.push(makeProblem('duplicate-address', place, { ...params, other: other.node }, { related }));
    } else if (segment) problems.push(...placement(address, segment, params, place));
    addresses.set(address, other ?? port);
    if (mac === undefined) continue;
    const twin = macs.get(mac);
    macs.set(mac, twin ?? port);
    if (!twin) continue;
    const related = [{ range: places.of([...twin.path, 'mac']), name: twin.node }];
    const about = { mac: formatMac(mac), node, other: twin.node };
    problems.push(makeProblem('duplicate-mac', places.of([...port.path, 'mac']), about, { related }));
  }
  return problems;
}

function placement(
  address: Ipv4,
  segment: NetworkSegment,
  params: Readonly<Record<string, string>>,
  place: Problem['range'],
): Problem[] {
  const about = { ...params, segment: segment.name, subnet: subnetText(segment), free: usableRange(segment) };
  if (!inSubnet(address, segment.network, segment.prefixLength)) {
    return [makeProblem('address-outside-segment', place, about)];
  }
  return isReserved(address, segment) ? [makeProblem('address-reserved', place, about)] : [];
}

function vipProblems(network: Network): Problem[] {
  const { places } = network.document;
  const interfaces = [...network.nodes.values()].flatMap((node) => node.interfaces);
  return network.services.flatMap(({ settings, path }) => {
    const { vip } = settings;
    const place = places.of([...path, 'vip']);
    const owner = interfaces.find(({ address }) => address === vip);
    if (owner) {
      const related = [{ range: places.of(owner.addressPath), name: owner.node }];
      const params = { vip: formatIpv4(vip), node: owner.node };
      return [makeProblem('vip-is-node-address', place, params, { related })];
    }
    const segment = [...network.segments.values()].find((candidate) => isReserved(vip, candidate));
    return segment ? placement(vip, segment, { address: formatIpv4(vip), node: 'VIP' }, place) : [];
  });
}

function overlap(a: NetworkSegment, b: NetworkSegment): boolean {
  return inSubnet(a.network, b.network, Math.min(a.prefixLength, b.prefixLength));
}

/** The network's own address and its broadcast address (RFC 919). */
function isReserved(address: Ipv4, { network, prefixLength }: NetworkSegment): boolean {
  return address === network || address === lastOf(network, prefixLength);
}

function subnetText({ network, prefixLength }: NetworkSegment): string {
  return `${formatIpv4(network)}/${prefixLength}`;
}

function usableRange({ network, prefixLength }: NetworkSegment): string {
  return `${formatIpv4(addressAfter(network, 1))} - ${formatIpv4(addressAfter(lastOf(network, prefixLength), -1))}`;
}
