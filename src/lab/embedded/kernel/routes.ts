import { inSubnet, type Ipv4 } from '../../../packet/address.ts';
import type { Link } from './link.ts';
import type { KernelSettings } from './settings.ts';

export interface NextHop {
  readonly link: Link;
  /** The destination itself when it is on the link. */
  readonly address: Ipv4;
}

/** Where a packet to `destination` goes: longest prefix, connected subnets first among equals. */
export function route(settings: KernelSettings, destination: Ipv4): NextHop | undefined {
  let length = -1;
  let best: NextHop | undefined;
  for (const link of settings.links) {
    if (link.down || link.prefixLength <= length) continue;
    if (!inSubnet(destination, link.address, link.prefixLength)) continue;
    length = link.prefixLength;
    best = { link, address: destination };
  }
  for (const planned of settings.routes) {
    if (planned.prefixLength <= length) continue;
    if (!inSubnet(destination, planned.network, planned.prefixLength)) continue;
    const link = connected(settings, planned.via);
    if (!link) continue;
    length = planned.prefixLength;
    best = { link, address: planned.via };
  }
  return best;
}

/** The interface whose subnet holds `address`. */
function connected(settings: KernelSettings, address: Ipv4): Link | undefined {
  return settings.links.find((link) => !link.down && inSubnet(address, link.address, link.prefixLength));
}
