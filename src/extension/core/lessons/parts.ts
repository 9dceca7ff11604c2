import type { Report } from '../../../journey/report.ts';
import type { PlanEvent } from '../../../lab/events.ts';
import type { RecordedChange } from '../labs/recorded-change.ts';

/** What was recorded between two edits of the file, or two starts. */
export interface Part {
  /** Of this part alone; but flows and journeys are those of the whole. */
  readonly report: Report;
  /** How many requests its file asks for by itself, from its beginning; a load counts as one. */
  readonly planned: number;
}

/**
 * A recording cut where somebody applied an edit or started the lab anew: what the file itself does at its times, or a
 * hand at a cable, is part of what goes on. A report of the whole holds each promise and explanation with its epoch, and
 * each request with its time.
 */
export function partsOf(
  report: Report,
  changes: readonly Pick<RecordedChange, 'epoch' | 'timeNs' | 'kind'>[],
  plans: readonly Pick<PlanEvent, 'epoch' | 'plan'>[],
): readonly [Part, ...Part[]] {
  const cuts = changes.filter(({ kind }) => kind === 'applied' || kind === 'restarted');
  const first = part(report, plans, { epoch: 0, timeNs: -Infinity }, cuts[0]);
  return [first, ...cuts.map((cut, index) => part(report, plans, cut, cuts[index + 1]))];
}

interface Cut {
  readonly epoch: number;
  readonly timeNs: number;
}

function part(report: Report, plans: Parameters<typeof partsOf>[2], from: Cut, to?: Cut): Part {
  const isOf = ({ epoch }: { readonly epoch: number }) =>
    epoch >= from.epoch && (to === undefined || epoch < to.epoch);
  const { promises, explanations, requests, evictedRequests } = report;
  const traffic = plans.find(({ epoch }) => epoch === from.epoch)?.plan.traffic ?? [];
  return {
    report: {
      ...report,
      promises: promises.filter(isOf),
      explanations: explanations.filter(isOf),
      requests: requests.filter(
        ({ askedNs }) => askedNs >= from.timeNs && (to === undefined || askedNs < to.timeNs),
      ),
      // The oldest: whose they were is not known any more, but that they were of the beginning is.
      evictedRequests: from.epoch === 0 ? evictedRequests : [],
    },
    planned: traffic.reduce((sum, { count }) => sum + count, 0),
  };
}
