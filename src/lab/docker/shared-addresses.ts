import type { Ipv4 } from '../../packet/address.ts';
import type { Plan } from '../topology/plan.ts';

/** Addresses that no node has by itself: VIPs, and what directors move between them. Each once. */
export function sharedAddresses({ services, nodes }: Plan): Ipv4[] {
  const moving = nodes.flatMap(({ forwarder }) => forwarder?.redundancy?.addresses ?? []);
  return [...new Set([...services.map(({ vip }) => vip), ...moving.map(({ address }) => address)])];
}

/** Segments on which directors speak to each other. */
export function spokenSegments({ nodes }: Plan): Set<string> {
  return new Set(
    nodes.flatMap(({ forwarder }) => {
      const port = forwarder?.redundancy?.port;
      return (port !== undefined && forwarder?.interfaces[port]?.segment) || [];
    }),
  );
}
