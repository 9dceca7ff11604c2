import type { RequestTotals } from '../journey/request-totals.ts';
import type { Panel } from './panel.ts';

/** What came of the requests, then what was seen; what there is none of is left out. */
export function requestCounts({ state: { text, requests } }: Panel): string[] {
  if (!requests || requests.asked === 0) return [];
  const failed = failedOf(requests);
  return [
    text('panel.count.requests', { count: requests.asked }),
    ...(failed > 0 ? [text('panel.count.failed', { count: failed })] : []),
    ...(requests.unsent > 0 ? [text('panel.count.unsent', { count: requests.unsent })] : []),
  ];
}

/** Requests that were sent, are over, and were not answered whole. */
export function failedOf({ asked, answered, unsent, open }: RequestTotals): number {
  return asked - answered - unsent - open;
}

/** How many flows and frames there are, how many of them the filter leaves, and what is not kept. */
export function rowCounts(panel: Panel): string[] {
  const { text, filter, counters, requests } = panel.state;
  const total = panel.table.flowCount;
  const some = (key: string, count = 0) => (count > 0 ? [text(key, { count })] : []);
  return [
    filter
      ? text('panel.count.filtered', { shown: panel.list.flows, total })
      : text('panel.count.flows', { count: total }),
    text('panel.count.frames', { count: counters?.frames ?? 0 }),
    ...some('panel.count.lost', counters?.captureLoss),
    ...some('panel.count.evicted', counters?.evictedFlows),
    ...some('panel.count.requests-evicted', requests?.evicted),
  ];
}
