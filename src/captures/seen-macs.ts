import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';
import { isVirtualMac } from './other-macs.ts';
import { nameOf, pointsOf, type Point } from './point.ts';
import type { ArpClaims, Port } from './port.ts';

/**
 * The plan's interfaces with the MAC addresses that captures show. One whose own MAC address nobody saw has the one that
 * answered for its IPv4 address by ARP, when that was one only and no other interface's.
 */
export function pointsAsSeen(plan: Plan, ports: readonly Port[], claims: ArpClaims): Point[] {
  const points = pointsOf(plan);
  const seen = new Set<Mac>();
  for (const port of ports) for (const mac of port.macs()) seen.add(mac);
  const planned = new Set(points.map(({ mac }) => mac));
  const addresses = new Map(
    plan.nodes.flatMap(({ name, interfaces }) =>
      interfaces.map((one) => [nameOf({ node: name, segment: one.segment }), one.address] as const),
    ),
  );
  const taken = new Map<Mac, number>();
  const found = points.map((point) => {
    if (seen.has(point.mac)) return point.mac;
    const claimed = claims.of(addresses.get(nameOf(point))!);
    // That of a virtual router is no interface's own, unless it has no other.
    const own = claimed.filter((one) => !isVirtualMac(one));
    const [mac, ...others] = own.length > 0 ? own : claimed;
    if (mac === undefined || others.length > 0 || (planned.has(mac) && seen.has(mac))) return point.mac;
    taken.set(mac, (taken.get(mac) ?? 0) + 1);
    return mac;
  });
  // One MAC that answers for several addresses of a plan does so for somebody else (proxy ARP).
  return points.map((point, index) => ({
    ...point,
    mac: (taken.get(found[index]!) ?? 0) > 1 ? point.mac : found[index]!,
  }));
}

/** The MAC that a placed port's frames name as its own, where the plan's was not seen and nobody answered ARP for it. */
export function ownMacsAsSeen(points: readonly Point[], ports: readonly Port[]): Point[] {
  const known = new Set(points.map(({ mac }) => mac));
  return points.map((point) => {
    const own = ports.filter((port) => port.point && nameOf(port.point) === nameOf(point));
    if (own.some((port) => [...port.macs()].includes(point.mac))) return point;
    const [mac, ...others] = new Set(own.flatMap((port) => port.ownMacs().filter((one) => !known.has(one))));
    return mac === undefined || others.length > 0 ? point : { ...point, mac };
  });
}

/** The plan with these MAC addresses: the same one when they are its own. */
export function planWithMacs(plan: Plan, points: readonly Point[]): Plan {
  const macs = new Map(points.map((point) => [nameOf(point), point.mac]));
  const others = new Map(points.map((point) => [nameOf(point), point.otherMacs]));
  const isSame =
    pointsOf(plan).every((point) => macs.get(nameOf(point)) === point.mac) &&
    points.every(({ otherMacs }) => otherMacs === undefined);
  if (isSame) return plan;
  const nodes = plan.nodes.map((node) => ({
    ...node,
    interfaces: node.interfaces.map((one) => {
      const name = nameOf({ node: node.name, segment: one.segment });
      const otherMacs = others.get(name);
      return { ...one, mac: macs.get(name)!, ...(otherMacs && { otherMacs }) };
    }),
    ...(node.forwarder && {
      forwarder: {
        ...node.forwarder,
        interfaces: node.forwarder.interfaces.map((one) => ({
          ...one,
          mac: macs.get(nameOf({ node: node.name, segment: one.segment })) ?? one.mac,
        })),
      },
    }),
  }));
  return { ...plan, nodes };
}
