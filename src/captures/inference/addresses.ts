import { addressAfter, asIpv4, lastOf, networkOf, type Ipv4 } from '../../packet/address.ts';

/** What nobody wrote down: the length of most networks' prefixes. */
export const USUAL_PREFIX = 24;
/** RFC 2544: no network in use has it. */
const NOWHERE = asIpv4(0xc6120000);

export interface Subnet {
  readonly network: Ipv4;
  readonly prefixLength: number;
}

/** Of a link none of whose addresses is known: of the usual prefix, another for each number. */
export function madeUpNetwork(number: number): Ipv4 {
  return addressAfter(NOWHERE, number * 256);
}

/** The usual network that all of them are in, or a larger one; `nowhere` when there are none. */
export function subnetOf(addresses: readonly Ipv4[], nowhere: Ipv4): Subnet {
  const [first = nowhere] = addresses;
  let prefixLength = USUAL_PREFIX;
  while (
    prefixLength > 8 &&
    addresses.some((one) => networkOf(one, prefixLength) !== networkOf(first, prefixLength))
  )
    prefixLength--;
  return { network: networkOf(first, prefixLength), prefixLength };
}

/** The highest address of a subnet that is not taken; it is then. */
export function freeAddress({ network, prefixLength }: Subnet, taken: Set<Ipv4>): Ipv4 {
  let address = addressAfter(lastOf(network, prefixLength), -1);
  while (taken.has(address)) address = addressAfter(address, -1);
  taken.add(address);
  return address;
}
