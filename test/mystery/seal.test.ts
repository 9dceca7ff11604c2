import assert from 'node:assert/strict';
import { ladder } from '../../src/cli/ladder/ladder.ts';
import { explanationCodes } from '../../src/lab/topology/findings.ts';
import type { Fault } from '../../src/mystery/faults.ts';
import { sealedJourneys } from '../../src/mystery/seal-report.ts';
import { makeTranslate } from '../support/translate.ts';
import { firstOfEach, nameOf, runOf, type FaultyRun } from './faulty-run.ts';

const translate = makeTranslate('en');

const outputs = new Map<FaultyRun, ReturnType<typeof made>>();

/** Everything that is printed, sent or kept of a sealed lab, but for the bytes of frames. */
function outputsOf(run: FaultyRun): ReturnType<typeof made> {
  const all = outputs.get(run) ?? made(run);
  outputs.set(run, all);
  return all;
}

function made(run: FaultyRun): {
  readonly text: string;
  readonly json: string;
  readonly recording: string;
} {
  const journeys = sealedJourneys(run.sealed);
  const report = journeys.report();
  const text = ladder(report, run.own, 'mystery', {
    ...{ translate, paint: (_tone, shown) => shown, full: true, values: false },
    journey: (id) => journeys.journey(id)!,
    frame: (number) => run.sealed.frame(number)!.bytes,
  });
  const update = journeys.update();
  const recording = run.sealedEvents.map((event) => ({ ...event, bytes: undefined }));
  return {
    text: text.join('\n'),
    json: JSON.stringify([report, update]),
    recording: JSON.stringify(recording),
  };
}

function kindOf({ level, hidden }: Fault): string {
  return `${level} ${hidden.map(({ path, value }) => `${path[0]} ${path.at(-1)} ${JSON.stringify(value)}`).join()}`;
}

describe('what is sealed', () => {
  // One of each kind: where it stands makes no other one.
  const sample = firstOfEach(kindOf);
  const runs = new Map<Fault, FaultyRun>();
  before(function () {
    this.timeout(120_000);
    for (const fault of sample) runs.set(fault, runOf(fault));
  });

  it('has no explanation, no promise, no prediction, and of the plan what the file says', () => {
    for (const [fault, run] of runs) {
      const report = sealedJourneys(run.sealed).report();
      assert.deepEqual([report.promises, report.explanations], [[], []]);
      for (const { hops } of report.journeys)
        for (const { expected, arrival } of hops) {
          assert.deepEqual(expected, []);
          assert.equal(arrival.reason, '');
          assert.equal(arrival.decision?.detail, undefined);
        }
      const plans = run.sealedEvents.flatMap((event) => (event.kind === 'plan' ? [event.plan] : []));
      assert.deepEqual(plans, [run.own], nameOf(fault));
      assert.notDeepEqual(run.hidden, run.own, nameOf(fault));
    }
  });

  it('names neither the setting nor what it is called, in any output', () => {
    for (const [fault, run] of runs) {
      const { text, json, recording } = outputsOf(run);
      const words = [...fault.hidden.map(({ path }) => path.join('.')), ...explanationCodes];
      for (const [where, output] of Object.entries({ text, json, recording }))
        for (const word of words) assert.ok(!output.includes(word), `${nameOf(fault)}: ${word} in ${where}`);
      // Whereas an open one says it.
      assert.ok(fault.answers.some((code) => JSON.stringify(run.open.report()).includes(code)));
    }
  });

  it('is the same for faults that look the same', () => {
    const seen = new Map<string, [Fault, ReturnType<typeof outputsOf>]>();
    let twins = 0;
    for (const [fault, run] of runs) {
      const evidence = `${fault.lab}\n${run.evidence}`;
      const before = seen.get(evidence);
      if (!before) {
        seen.set(evidence, [fault, outputsOf(run)]);
        continue;
      }
      twins++;
      for (const [where, output] of Object.entries(outputsOf(run)))
        assert.ok(
          output === before[1][where as 'text'],
          `${where} of ${nameOf(fault)} and ${nameOf(before[0])}`,
        );
    }
    assert.ok(twins >= 3, String(twins));
  });

  it('still shows which frame came of which', () => {
    for (const [fault, run] of runs) {
      const joined = (report: { readonly journeys: readonly { readonly hops: readonly unknown[] }[] }) =>
        report.journeys.map(({ hops }) => hops.length);
      assert.deepEqual(joined(run.sealed.report()), joined(run.open.report()), nameOf(fault));
    }
  });
});
