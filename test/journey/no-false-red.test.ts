import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runLab } from '../lab/embedded/testbed.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { alarms } from './alarms.ts';
import { reportOfEvents } from './build-report.ts';
import { soundText, soundTopology } from './sound-topologies.ts';

describe('a lab in which nothing is wrong', () => {
  it('has no broken promise, nothing that is not as predicted, and no warning that says otherwise', () => {
    fc.assert(
      fc.property(soundTopology, (sound) => {
        const text = soundText(sound);
        const { plan, problems } = loadTopology(text, 'sound.lblab.yaml');
        assert.ok(plan, `${text}${JSON.stringify(problems, undefined, 1)}`);
        const run = runLab(plan);
        const outcomes = [...new Set(run.outcomes())];
        assert.deepEqual(outcomes, ['answered'], text);
        const report = reportOfEvents(plan, run.events);
        const broken = report.promises.filter(({ verdict }) => verdict === 'broken');
        const wrong = report.journeys.flatMap(({ kind, direction, hops }) =>
          hops.flatMap(({ from, to, expected, frame }) =>
            expected
              .filter(({ ok }) => !ok)
              .map(
                (row) =>
                  `${frame} ${kind} ${direction} ${from}>${to} ${row.field} ${row.observed}, not ${row.expected}`,
              ),
          ),
        );
        assert.deepEqual(wrong.slice(0, 5), [], text);
        assert.deepEqual(
          broken.map(({ id }) => id),
          [],
          text,
        );
        assert.deepEqual(
          problems.filter(({ code }) => alarms.includes(code)).map(({ code, params }) => [code, params]),
          [],
          text,
        );
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 25) },
    );
  });
});
