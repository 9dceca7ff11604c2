import type { Plan, PlannedNode } from '../lab/topology/plan.ts';
import { inSubnet, NO_MAC, type Ipv4, type Mac } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { macsOf, nameOf, type Point } from './point.ts';
import { isUnicast, type ArpClaims, type Port } from './port.ts';

/** Of a sender of so many addresses it is known that it is a router. */
const MOST_ADDRESSES = 8;

/** 00-00-5E-00-01-XX: of VRRP, the last byte is the virtual router's number (RFC 9568). */
const VRRP = 0x0000_5e00_01;
/** 00-00-0C-07-AC-XX and 00-00-0C-9F-FX-XX: of HSRP, version 1 (RFC 2281) and version 2. */
const HSRP = 0x0000_0c07_ac;
const HSRP_2 = 0x0000_0c9f_f;

/** Whether it is of a virtual router: whoever stands in for that has it, beside one of its own. */
export function isVirtualMac(mac: Mac): boolean {
  return [VRRP, HSRP].includes(Math.floor(mac / 0x100)) || Math.floor(mac / 0x1000) === HSRP_2;
}

interface Use {
  /** Where it was the source of frames, and of frames that the host itself had sent. */
  readonly ports: Set<Port>;
  readonly sentAt: Set<Port>;
  /** IPv4 sources of its frames. */
  readonly sources: Set<Ipv4>;
}

/** Who sent what from which MAC address. */
export class MacUses {
  readonly #uses = new Map<Mac, Use>();

  see(bytes: Uint8Array, port: Port, direction: 'in' | 'out' | undefined): void {
    if (bytes.length < ethernet.HEADER_LENGTH) return;
    const mac = ethernet.sourceOf(bytes, 0);
    let use = this.#uses.get(mac);
    if (use === undefined)
      this.#uses.set(mac, (use = { ports: new Set(), sentAt: new Set(), sources: new Set() }));
    if (direction !== 'in') use.ports.add(port);
    if (direction === 'out') use.sentAt.add(port);
    if (use.sources.size > MOST_ADDRESSES || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4)
      return;
    if (ipv4.checkHeader(bytes, ethernet.HEADER_LENGTH, bytes.length) === undefined)
      use.sources.add(ipv4.sourceOf(bytes, ethernet.HEADER_LENGTH));
  }

  of(mac: Mac): Use | undefined {
    return this.#uses.get(mac);
  }

  macs(): Iterable<Mac> {
    return this.#uses.keys();
  }
}

/**
 * The interfaces with what they were seen to use besides their own MAC address: what they sent from, as a host records itself;
 * what a virtual router has that answers for an address of theirs; what a host sent from its own addresses, by its own recording.
 * A MAC address that may be of several of them is of none.
 */
export function withOtherMacs(
  plan: Plan,
  points: readonly Point[],
  ports: readonly Port[],
  { macUses, claims }: { readonly macUses: MacUses; readonly claims: ArpClaims },
): readonly Point[] {
  const known = new Set(points.flatMap(macsOf));
  const seen = new Set([...macUses.macs(), ...ports.flatMap((port) => [...port.macs()])]);
  const others = new Map<Point, Mac[]>();
  const nodes = new Map(plan.nodes.map((node) => [node.name, node]));
  for (const mac of seen) {
    if (known.has(mac) || !isUnicast(mac) || mac === NO_MAC) continue;
    const owners = ownersOf(mac, points, { plan, nodes, use: macUses.of(mac), claims });
    const [owner, another] = owners;
    if (owner && !another) others.set(owner, [...(others.get(owner) ?? []), mac]);
  }
  return points.map((point) => {
    const otherMacs = others.get(point);
    return otherMacs ? { ...point, otherMacs } : point;
  });
}

interface About {
  readonly plan: Plan;
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  readonly use: Use | undefined;
  readonly claims: ArpClaims;
}

function ownersOf(mac: Mac, points: readonly Point[], { plan, nodes, use, claims }: About): Point[] {
  const placedAt = (ports: ReadonlySet<Port>) => {
    const names = new Set([...ports].flatMap(({ point }) => (point ? [nameOf(point)] : [])));
    return points.filter((point) => names.has(nameOf(point)));
  };
  const senders = placedAt(use?.sentAt ?? new Set());
  if (senders.length > 0) return senders;
  if (isVirtualMac(mac))
    return points.filter((point) =>
      addressesAt(point, plan, nodes).some((one) => claims.of(one).includes(mac)),
    );
  const sources = [...(use?.sources ?? [])];
  if (sources.length === 0) return [];
  return placedAt(use!.ports).filter(({ node }) =>
    sources.every((source) => addressesOf(nodes.get(node)!, plan).includes(source)),
  );
}

/** An interface's own address, and those of the services that its node has on that link. */
function addressesAt({ node, segment }: Point, plan: Plan, nodes: About['nodes']): Ipv4[] {
  const port = nodes.get(node)!.interfaces.find((one) => one.segment === segment)!;
  const vips = plan.services.flatMap(({ director, vip }) => (director === node ? [vip] : []));
  return [port.address, ...vips.filter((vip) => inSubnet(vip, port.address, port.prefixLength))];
}

function addressesOf({ name, interfaces, loopback }: PlannedNode, { services }: Plan): Ipv4[] {
  const vips = services.flatMap(({ director, vip }) => (director === name ? [vip] : []));
  return [...interfaces.map(({ address }) => address), ...loopback, ...vips];
}
