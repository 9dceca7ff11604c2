import { USUAL_ANNOUNCE } from '../../forwarder/vrrp/virtual-router.ts';
import type { RedundancyConfig } from '../../forwarder/vrrp/speaker.ts';
import { inSubnet, type Ipv4 } from '../../packet/address.ts';
import type { Network, NetworkNode, NetworkService } from './network.ts';
import { NS_PER_MS } from './quantities.ts';
import type { VrrpSettings } from './schema.ts';

/** The preferred director's; the next one has keepalived's usual one, and each after it so much less. */
const PREFERRED_PRIORITY = 200;
const USUAL_PRIORITY = 100;
const PRIORITY_STEP = 10;

/** What a file that says nothing of `vrrp` has. */
const USUAL: VrrpSettings = {
  id: 51,
  advert: 1000 * NS_PER_MS,
  preempt: true,
  garp: {
    repeat: USUAL_ANNOUNCE.repeat,
    delay: USUAL_ANNOUNCE.delay * NS_PER_MS,
    refresh: USUAL_ANNOUNCE.refresh * NS_PER_MS,
  },
  alsoMoves: [],
};

/** The services that move from one director to another. All of them move together. */
export function redundantServices({ services }: Network): NetworkService[] {
  return services.filter(({ directors }) => directors.length > 1);
}

export function vrrpSettings({ document }: Network): VrrpSettings {
  return document.topology.vrrp ?? USUAL;
}

/** What moves, besides the VIPs of the services: each once. */
export function movingAddresses(network: Network): Ipv4[] {
  const vips = redundantServices(network).map(({ settings }) => settings.vip);
  return [...new Set([...vips, ...vrrpSettings(network).alsoMoves])];
}

/**
 * The segment at which the node has an address that moves: the one that the address is of; of an address that is routed to
 * the directors, the first segment that all of them share. Undefined when there is none.
 */
export function segmentOfMoving(network: Network, node: NetworkNode, address: Ipv4): string | undefined {
  const own = node.interfaces.find(({ segment }) => isOf(network, segment, address));
  if (own || isAnywhere(network, address)) return own?.segment;
  const directors = redundantServices(network)[0]?.directors ?? [];
  return node.interfaces.find(({ segment }) =>
    directors.every(({ interfaces }) => interfaces.some((port) => port.segment === segment)),
  )?.segment;
}

/** A director's part in the virtual router; undefined when it has none. */
export function redundancyOf(network: Network, node: NetworkNode): RedundancyConfig | undefined {
  const [first] = redundantServices(network).filter(({ directors }) => directors.includes(node));
  if (!first) return undefined;
  const { id, advert, preempt, garp } = vrrpSettings(network);
  const portOf = (address: Ipv4) => {
    const segment = segmentOfMoving(network, node, address);
    return Math.max(
      0,
      node.interfaces.findIndex((port) => port.segment === segment),
    );
  };
  return {
    id,
    priority: priorityOf(first.directors.indexOf(node)),
    interval: advert / NS_PER_MS,
    preempt,
    announce: {
      repeat: garp.repeat,
      delay: garp.delay / NS_PER_MS,
      refresh: garp.refresh / NS_PER_MS,
    },
    port: portOf(first.settings.vip),
    addresses: movingAddresses(network).map((address) => ({ address, port: portOf(address) })),
  };
}

function priorityOf(place: number): number {
  return place === 0 ? PREFERRED_PRIORITY : USUAL_PRIORITY - (place - 1) * PRIORITY_STEP;
}

function isOf({ segments }: Network, name: string, address: Ipv4): boolean {
  const segment = segments.get(name);
  return segment !== undefined && inSubnet(address, segment.network, segment.prefixLength);
}

function isAnywhere(network: Network, address: Ipv4): boolean {
  return [...network.segments.keys()].some((name) => isOf(network, name, address));
}
