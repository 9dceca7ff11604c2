import { readFileSync } from 'node:fs';
import { isLoopback, parseCidr, parseIpv4, parseMac } from '../../packet/address.ts';
import type { NodeState } from '../node-state.ts';
import type { PlannedRoute } from '../topology/plan.ts';
import { showNeighbours, showNetwork, type ShownRoute } from './shown.ts';
import { parseSockets } from './sockets.ts';

type Network = Pick<NodeState, 'addresses' | 'neighbours' | 'routes' | 'sockets'>;

/** What the kernel of this node knows. `segmentOf` names the devices that are the lab's; others are left out. */
export async function lookUpNetwork(segmentOf: (device: string) => string | undefined): Promise<Network> {
  const [{ links, routes }, neighbours] = await Promise.all([showNetwork(), showNeighbours()]);
  const nameOf = (device: string) => (device === 'lo' ? 'lo' : segmentOf(device));
  return {
    addresses: links.flatMap(({ ifname, addr_info }) =>
      addr_info.flatMap(({ family, local = '', prefixlen }) => {
        const [device, address] = [nameOf(ifname), parseIpv4(local)];
        if (family !== 'inet' || device === undefined || address === undefined || prefixlen === undefined)
          return [];
        return isLoopback(address) ? [] : [{ device, address, prefixLength: prefixlen }];
      }),
    ),
    neighbours: neighbours.flatMap(({ dev, dst, lladdr }) => {
      const [device, address] = [nameOf(dev), parseIpv4(dst)];
      if (device === undefined || address === undefined) return [];
      return [{ device, address, mac: lladdr === undefined ? undefined : parseMac(lladdr) }];
    }),
    routes: routes.flatMap(route),
    sockets: parseSockets(readFileSync('/proc/net/tcp', 'latin1')),
  };
}

function route({ dst, gateway = '' }: ShownRoute): PlannedRoute[] {
  const to = parseCidr(dst === 'default' ? '0.0.0.0/0' : dst.includes('/') ? dst : `${dst}/32`);
  const via = parseIpv4(gateway);
  return to && via !== undefined ? [{ network: to.network, prefixLength: to.prefixLength, via }] : [];
}
