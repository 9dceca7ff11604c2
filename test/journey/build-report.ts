import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../../src/l10n/translate.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import type { Story } from './oracle.ts';

export function reportOf(
  { plan, events }: Pick<Story, 'plan' | 'events'>,
  engine: Report['engine'] = 'embedded',
): Report {
  return reportOfEvents(plan, events, engine);
}

export function reportOfEvents(
  plan: Plan,
  events: readonly LabEvent[],
  engine: Report['engine'] = 'embedded',
): Report {
  const builder = new JourneyBuilder(plan, {
    engine,
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
  });
  for (const event of events) builder.add(event);
  return builder.report();
}

export function verdictsOf(report: Report, epoch = 0): Record<string, string> {
  return Object.fromEntries(
    report.promises.filter((one) => one.epoch === epoch).map(({ id, verdict }) => [id, verdict]),
  );
}
