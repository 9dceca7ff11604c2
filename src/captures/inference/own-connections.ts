import type { Ipv4, Mac } from '../../packet/address.ts';
import { isInitialTtl, isRequest, type Crossing, type Observed, type Trail } from './crossings.ts';
import type { CapturedInterface } from './stations.ts';

/** A machine that answered for a service and asked others itself. */
export interface OwnConnections {
  /** Its reply to a request, and its own first packets to others. */
  readonly reply: Crossing;
  readonly own: readonly Crossing[];
}

/**
 * Whether who got these requests answered them by itself and opened connections of its own: nothing of its own packets is
 * the same as in what it got. A proxy does so; a translation that rewrites sequence numbers too looks the same.
 */
export function ownConnections(
  trails: readonly Trail[],
  { trails: all, claims }: Observed,
  vip: Ipv4,
  captured: readonly CapturedInterface[],
): OwnConnections | undefined {
  if (trails.some((trail) => trail.length > 1)) return undefined;
  const machine = macsOf(
    trails.map(([one]) => one!.to),
    captured,
  );
  const clients = new Set(trails.map(([one]) => one!.source));
  const reply = all.find(([one]) => one?.source === vip && machine.has(one.from))?.[0];
  const addresses = new Set(claims.flatMap(({ address, mac }) => (machine.has(mac) ? [address] : [])));
  const own = all.flatMap((trail): Crossing[] => {
    const [one] = trail;
    if (trail.length > 1 || one === undefined || !isRequest(one) || !machine.has(one.from)) return [];
    // A router sends on what others began.
    if (!isInitialTtl(one.ttl) && !addresses.has(one.source)) return [];
    return one.destination !== vip && !clients.has(one.source) ? [one] : [];
  });
  return reply === undefined || own.length === 0 ? undefined : { reply, own };
}

/** Of the machines that have them: also those of their other interfaces, as far as they were recorded. */
function macsOf(macs: readonly Mac[], captured: readonly CapturedInterface[]): Set<Mac> {
  const hosts = new Set(captured.flatMap(({ host, mac }) => (mac && macs.includes(mac) ? [host] : [])));
  const others = captured.flatMap(({ host, mac }) => (mac && hosts.has(host) ? [mac] : []));
  return new Set([...macs, ...others]);
}
