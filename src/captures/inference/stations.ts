import { BROADCAST_MAC, NO_MAC, type Ipv4, type Mac } from '../../packet/address.ts';
import { isInitialTtl, isNextHop, type Observed } from './crossings.ts';

/** An interface that was captured. */
export interface CapturedInterface {
  /** Who recorded it. */
  readonly host: string;
  /** Its segment's name, where it has one. */
  readonly segment?: string;
  readonly mac?: Mac;
}

/** Who has one MAC address. */
export interface Station {
  readonly mac: Mac;
  /** The same number: the same machine, or the same link. */
  readonly node: number;
  readonly link: number;
  /** Addresses that it said to have, and those it was seen to begin packets from, VIPs left out. */
  readonly addresses: readonly Ipv4[];
  readonly host?: string;
  readonly segment?: string;
  /** It sent on what came to it, from another address than its own. */
  readonly forwards: boolean;
}

/** Sets that grow together. */
class Union {
  readonly #parents = new Map<Mac, Mac>();
  of(one: Mac): Mac {
    let root = one;
    for (let up = this.#parents.get(root); up !== undefined && up !== root; up = this.#parents.get(root))
      root = up;
    this.#parents.set(one, root);
    return root;
  }
  join(a: Mac, b: Mac): void {
    this.#parents.set(this.of(a), this.of(b));
  }
}

const isUnicast = (mac: Mac): boolean =>
  mac !== NO_MAC && mac !== BROADCAST_MAC && Math.floor(mac / 2 ** 40) % 2 === 0;

/** Whose MAC addresses there are: which of them are one machine, and which are on one link. */
export function stationsOf(
  { trails, claims }: Observed,
  captured: readonly CapturedInterface[],
  vips: ReadonlySet<Ipv4>,
): Map<Mac, Station> {
  const [nodes, links] = [new Union(), new Union()];
  const macs = new Set<Mac>();
  const addresses = new Map<Mac, Set<Ipv4>>();
  const forwards = new Set<Mac>();
  const has = (mac: Mac, address: Ipv4): void => {
    if (!vips.has(address)) addresses.set(mac, (addresses.get(mac) ?? new Set()).add(address));
  };
  for (const trail of trails) {
    trail.forEach((link, index) => {
      if (!isUnicast(link.from) || !isUnicast(link.to)) return;
      macs.add(link.from).add(link.to);
      links.join(link.from, link.to);
      if (index === 0 && isInitialTtl(link.ttl) && !link.outer) has(link.from, link.source);
      if (!isInitialTtl(link.ttl)) forwards.add(link.from);
      const before = trail[index - 1];
      if (before && isUnicast(before.to) && isNextHop(before, link)) {
        nodes.join(before.to, link.from);
        forwards.add(link.from).add(before.to);
      }
    });
  }
  for (const { address, mac } of claims) if (macs.has(mac)) has(mac, address);
  joinCaptured(captured, macs, nodes);
  const forwarders = new Set([...forwards].map((mac) => nodes.of(mac)));
  const hosts = new Map(
    captured.flatMap(({ host, mac }): [Mac, string][] =>
      mac !== undefined && macs.has(mac) ? [[nodes.of(mac), host]] : [],
    ),
  );
  const found = new Map<Mac, Station>();
  for (const mac of macs) {
    const own = captured.find((one) => one.mac === mac);
    const host = hosts.get(nodes.of(mac));
    found.set(mac, {
      mac,
      node: nodes.of(mac),
      link: links.of(mac),
      addresses: [...(addresses.get(mac) ?? [])],
      forwards: forwarders.has(nodes.of(mac)),
      ...(host !== undefined && { host }),
      ...(own?.segment !== undefined && { segment: own.segment }),
    });
  }
  return found;
}

/** Interfaces of one recording host are one machine's. */
function joinCaptured(captured: readonly CapturedInterface[], macs: ReadonlySet<Mac>, nodes: Union): void {
  const byHost = new Map<string, Mac>();
  for (const { host, mac } of captured) {
    if (mac === undefined || !macs.has(mac)) continue;
    const first = byHost.get(host);
    if (first === undefined) byHost.set(host, mac);
    else nodes.join(first, mac);
  }
}
