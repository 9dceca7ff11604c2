import type { Plan, PlannedTraffic } from '../topology/plan.ts';

/** When request `index` (from 0) of an entry starts, in nanoseconds after the entry does; `undefined` past the last. */
export function requestTime(entry: PlannedTraffic, index: number): number | undefined {
  return index < entry.count ? entry.afterNs + index * entry.everyNs : undefined;
}

/** UDP where the plan has only a UDP service at that address and port; TCP everywhere else. */
export function protocolOf(plan: Plan, entry: PlannedTraffic): 'tcp' | 'udp' {
  const there = plan.services.filter((service) => service.vip === entry.to && service.port === entry.port);
  return there.length > 0 && there.every((service) => service.protocol === 'udp') ? 'udp' : 'tcp';
}

/** Whether two entries ask for the same traffic, so that a running schedule may go on. */
export function sameTraffic(a: PlannedTraffic, b: PlannedTraffic): boolean {
  return (
    a.from === b.from &&
    a.to === b.to &&
    a.port === b.port &&
    a.afterNs === b.afterNs &&
    a.everyNs === b.everyNs &&
    a.count === b.count &&
    a.request === b.request &&
    a.responseBytes === b.responseBytes &&
    a.requestBytes === b.requestBytes &&
    a.sourcePort === b.sourcePort &&
    a.timeoutNs === b.timeoutNs
  );
}
