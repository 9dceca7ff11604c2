import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../support/translate.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import type { Story } from './oracle.ts';

export function reportOf(
  { plan, events }: Pick<Story, 'plan' | 'events'>,
  engine: Report['engine'] = 'embedded',
): Report {
  return reportOfEvents(plan, events, engine);
}

/** @param pauses A report is also made, and thrown away, before the events with these indices. */
export function reportOfEvents(
  plan: Plan,
  events: readonly LabEvent[],
  engine: Report['engine'] = 'embedded',
  pauses: readonly number[] = [],
): Report {
  const builder = new JourneyBuilder(plan, {
    engine,
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
  });
  for (const [index, event] of events.entries()) {
    if (pauses.includes(index)) builder.report();
    builder.add([event]);
  }
  return builder.report();
}

export function verdictsOf(report: Report, epoch = 0): Record<string, string> {
  return Object.fromEntries(
    report.promises.filter((one) => one.epoch === epoch).map(({ id, verdict }) => [id, verdict]),
  );
}
