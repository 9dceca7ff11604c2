import { addressAfter, asIpv4, inSubnet, type Ipv4, lastOf, networkOf } from '../../../packet/address.ts';
import type { Facts, SegmentFacts } from './facts.ts';

/** Where people put the first machine of a role, when nothing stands there yet: the last byte in a /24. */
const firstOfRole: Readonly<Record<string, number>> = {
  router: 1,
  director: 2,
  client: 10,
  server: 11,
  vip: 100,
};

/** 10.0.1.0. */
const FIRST_SUBNET = asIpv4(0x0a00_0100);

/**
 * Up to `count` addresses of a segment that nobody has, lowest first: after those of the same role where there are
 * some. `role` may also be `vip`.
 */
export function freeAddresses(facts: Facts, segment: SegmentFacts, role: string, count: number): Ipv4[] {
  if (!segment.subnet) return [];
  const { network, prefixLength } = segment.subnet;
  const last = lastOf(network, prefixLength);
  const used = new Set(usedAddresses(facts));
  const found: Ipv4[] = [];
  const first = firstFor(facts, segment, role);
  // Once around, so that a full upper half still leaves the lower one; a subnet has 2^24 addresses at the most, but
  // no file names more than a few hundred of them.
  for (let step = 0; step < last - network && found.length < count; step++) {
    const place = (first - network - 1 + step) % Math.max(1, last - network - 1);
    const address = addressAfter(network, 1 + place);
    if (address < last && !used.has(address) && !found.includes(address)) found.push(address);
  }
  return found;
}

/** A /24 beside the others: the next after the highest one, and 10.0.1.0 when there is none. */
export function freeSubnet({ segments }: Facts): Ipv4 {
  const networks = segments.flatMap(({ subnet }) => (subnet ? [subnet] : []));
  const lasts = networks.map(({ network, prefixLength }) => lastOf(network, prefixLength));
  const highest = Math.max(-1, ...lasts);
  return highest < 0 || highest >= 0xdfff_ffff ? FIRST_SUBNET : networkOf(asIpv4(highest + 256), 24);
}

export function segmentOf({ segments }: Facts, name: string): SegmentFacts | undefined {
  return segments.find((segment) => segment.name === name);
}

function usedAddresses({ nodes, services }: Facts): Ipv4[] {
  return [
    ...nodes.flatMap(({ interfaces }) => interfaces.flatMap(({ address }) => address ?? [])),
    ...services.flatMap(({ vip }) => vip ?? []),
  ];
}

function firstFor(facts: Facts, { name, subnet }: SegmentFacts, role: string): number {
  const { network, prefixLength } = subnet!;
  const size = 2 ** (32 - prefixLength);
  const same = facts.nodes
    .filter((node) => node.role === role)
    .flatMap(({ interfaces }) => interfaces.filter(({ segment }) => segment === name))
    .flatMap(({ address }) => address ?? [])
    .filter((address) => inSubnet(address, network, prefixLength) && address < network + size - 1);
  const usual = network + Math.min(firstOfRole[role] ?? 10, size - 2);
  return same.length > 0 ? Math.max(...same) + 1 : usual;
}
