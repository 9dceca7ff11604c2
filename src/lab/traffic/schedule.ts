import type { Plan, PlannedTraffic } from '../topology/plan.ts';

/** When request `index` (from 0) of an entry starts, in nanoseconds after the entry does; `undefined` past the last. */
export function requestTime(entry: PlannedTraffic, index: number): number | undefined {
  return index < entry.count ? entry.afterNs + index * entry.everyNs : undefined;
}

/** What the entry says; else UDP where the plan has only a UDP service at that address and port, TCP everywhere else. */
export function protocolOf(plan: Plan, entry: PlannedTraffic): 'tcp' | 'udp' | 'icmp' {
  if (entry.protocol !== undefined) return entry.protocol;
  const there = plan.services.filter((service) => service.vip === entry.to && service.port === entry.port);
  return there.length > 0 && there.every((service) => service.protocol === 'udp') ? 'udp' : 'tcp';
}
