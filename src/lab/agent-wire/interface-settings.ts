import { inSubnet } from '../../packet/address.ts';
import type { PlannedNode, PlannedRoute } from '../topology/plan.ts';

/** Arguments of ethtool: what leaves an interface is then what a wire would carry, whole and with its checksums. */
export function offloadsOff(device: string): string[] {
  return ['-K', device, ...['tx', 'tso', 'gso', 'gro'].flatMap((name) => [name, 'off'])];
}

/** The kernel takes no route whose next hop is behind an interface that is down. */
export function reachableRoutes(node: PlannedNode): PlannedRoute[] {
  return node.routes.filter(({ via }) =>
    node.interfaces.some(({ address, prefixLength, down }) => !down && inSubnet(via, address, prefixLength)),
  );
}
