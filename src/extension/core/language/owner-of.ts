import type { Ipv4 } from '../../../packet/address.ts';
import type { Facts } from './facts.ts';
import type { SyntaxScalar } from './syntax/tree.ts';

/** Whose address it is: a node's, or a service's VIP; with the place where it is given. */
export function ownerOf(
  { nodes, services }: Facts,
  address: Ipv4,
): { readonly node?: string; readonly service?: string; readonly scalar: SyntaxScalar } | undefined {
  for (const { name, interfaces } of nodes) {
    const port = interfaces.find((candidate) => candidate.address === address);
    if (port?.addressScalar) return { node: name, scalar: port.addressScalar };
  }
  for (const { name, vip, vipScalar } of services)
    if (vip === address && vipScalar) return { service: name, scalar: vipScalar };
  return undefined;
}
