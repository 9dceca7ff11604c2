import type { Ipv4 } from '../../../packet/address.ts';
import type { PlannedNode } from '../../topology/plan.ts';
import type { Link } from './link.ts';

/** What a kernel is told; a change takes effect with the next packet. */
export interface KernelSettings extends Pick<PlannedNode, 'loopback' | 'routes' | 'sysctls' | 'decapsulate'> {
  readonly links: readonly Link[];
}

/** Addresses of its own, on whatever interface: what Linux keeps in its `local` routing table. */
export function isLocal(settings: KernelSettings, address: Ipv4): boolean {
  return (
    settings.links.some((link) => link.address === address) ||
    settings.loopback.includes(address) ||
    address >>> 24 === 127
  );
}
