import type { Request } from './report.ts';

export interface RequestTotals {
  readonly asked: number;
  /** Whole. */
  readonly answered: number;
  readonly unsent: number;
  /** Under way when the recording ended. */
  readonly open: number;
}

/** How many requests there were, and what came of them. */
export function totalsOf(requests: Iterable<Pick<Request, 'outcome' | 'times'>>): RequestTotals {
  const totals = { asked: 0, answered: 0, unsent: 0, open: 0 };
  for (const { outcome, times = 1 } of requests) {
    totals.asked += times;
    if (outcome === 'answered' || outcome === 'unsent' || outcome === 'open') totals[outcome] += times;
  }
  return totals;
}
