import { hashKey } from '../forwarder/connections/hash.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { toSigned } from '../packet/address.ts';
import type { Conditions, Fleet, Flows } from './fleet.ts';

const HASHES = 2 ** 31;

/**
 * The router's hash of each flow, 31 bits. Policy 0 takes the two addresses, 1 the protocol and ports too (Linux,
 * net/ipv4/route.c, `fib_multipath_hash`). The function is Jenkins' where newer kernels have SipHash: which flows come
 * together is another, how many is the same.
 */
export function routerHashes(
  { clients, ports }: Flows,
  { vip, port, protocol }: Fleet,
  policy: Conditions['policy'],
  seed: number,
): Int32Array {
  const number = protocol === 'tcp' ? ipv4.PROTOCOL_TCP : ipv4.PROTOCOL_UDP;
  const to = toSigned(vip);
  return clients.map((client, flow) => {
    const hash =
      policy === 0
        ? hashKey(seed, client, to, 0, 0)
        : hashKey(seed, client, to, (ports[flow]! << 16) | port, number);
    return hash >>> 1;
  });
}

/**
 * Who of `present`, directors by number in the router's order, gets each hash: hash-threshold with equal weights, each one
 * gets the hashes up to its bound (Linux, net/ipv4/fib_semantics.c, `fib_rebalance`; net/ipv4/nexthop.c,
 * `nexthop_select_path_hthr`). One that is gone is not in the list, and the bounds are made anew.
 */
export function spread(hashes: Int32Array, present: readonly number[]): Uint16Array {
  const count = present.length;
  const bounds = Int32Array.from(present, (_, place) => Math.round(((place + 1) * HASHES) / count) - 1);
  const directors = Uint16Array.from(present);
  const chosen = new Uint16Array(hashes.length);
  for (let flow = 0; flow < hashes.length; flow++) {
    const hash = hashes[flow]!;
    let place = Math.floor((hash / HASHES) * count);
    // The bounds are rounded.
    if (hash > bounds[place]!) place++;
    else if (place > 0 && hash <= bounds[place - 1]!) place--;
    chosen[flow] = directors[place]!;
  }
  return chosen;
}
