import assert from 'node:assert/strict';
import { budgetLines, loadLines } from '../../src/cli/traffic-lines.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../support/translate.ts';
import type { LabEvent, RequestEvent } from '../../src/lab/events.ts';
import { exampleText, planOf } from '../lab/embedded/testbed.ts';

const plan = planOf(exampleText('dr'));
const plain = (_: string, text: string) => text;

function reportOf(events: readonly LabEvent[]): Report {
  const builder = new JourneyBuilder(plan, {
    engine: 'docker',
    startedAt: 'T',
    translate: makeTranslate('en'),
  });
  builder.add(events);
  return builder.report();
}

const where = { node: 'client1', segment: 'outside' } as const;
const flood: LabEvent[] = [
  { kind: 'loss', timeNs: 1e9, ...where, frames: 3, reason: 'kernel' },
  { kind: 'capture', timeNs: 2e9, ...where, detail: 'headers' },
  { kind: 'capture', timeNs: 3e9, ...where, detail: 'counters' },
  { kind: 'loss', timeNs: 4e9, ...where, frames: 70, reason: 'budget' },
  { kind: 'loss', timeNs: 5e9, ...where, frames: 30, reason: 'budget' },
  { kind: 'capture', timeNs: 5e9, ...where, detail: 'frames' },
  { kind: 'decision-loss', timeNs: 6e9, node: 'director', decisions: 9 },
];
const asked: RequestEvent = {
  kind: 'request',
  timeNs: 2e9,
  id: 1,
  node: 'client1',
  entry: { ...plan.traffic[0]!, load: { connections: 8, durationNs: 2e9 } },
  by: 'file',
  protocol: 'tcp',
};
const load: LabEvent = {
  ...asked,
  timeNs: 4e9,
  end: {
    outcome: 'partial',
    load: {
      requests: 500,
      errors: 2,
      durationNs: 2e9,
      bytes: 9000,
      p50Ns: 1.5e6,
      p99Ns: 2.25e6,
      limited: true,
    },
  },
};

describe('what a run tells of its loads and its packet budget', () => {
  it('what is missing is counted by its cause, and told with its place and time', () => {
    const report = reportOf(flood);
    const { captureLoss, overBudget, decisionsLost } = report.counters;
    assert.deepEqual([captureLoss, overBudget, decisionsLost], [3, 100, 9]);
    assert.deepEqual(
      report.captures.map(({ timeNs, detail }) => [timeNs, detail]),
      [
        [2e9, 'headers'],
        [3e9, 'counters'],
        [5e9, 'frames'],
      ],
    );
    for (const language of ['en', 'zh-cn'] as const) {
      const [, head, line, ...more] = budgetLines(report, makeTranslate(language), plain);
      assert.deepEqual(more, []);
      for (const number of ['0', '100', '9']) assert.ok(head!.includes(number), head);
      for (const part of ['client1.outside', '2.00', '3.00', '5.00']) assert.ok(line!.includes(part), line);
    }
  });

  it('a load is told with its rate and its percentiles, and that it was bounded', () => {
    const report = reportOf([asked, load]);
    assert.equal(report.loads[0]?.requestsPerSecond, 250);
    for (const language of ['en', 'zh-cn'] as const) {
      const text = loadLines(report, makeTranslate(language), plain).join('\n');
      for (const part of ['10.0.2.100:80', ' 8 ', '500', '250', '1.50', '2.25', '9000'])
        assert.ok(text.includes(part), text);
      assert.equal(text.split('\n').length, 4);
    }
  });

  it('nothing where there is neither', () => {
    const report = reportOf([]);
    assert.deepEqual(loadLines(report, makeTranslate('en'), plain), []);
    assert.deepEqual(budgetLines(report, makeTranslate('en'), plain), []);
  });
});
