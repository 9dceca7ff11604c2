import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import { Random } from '../../../src/lab/embedded/random.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { damages } from '../../captures/damages.ts';
import { merged, split } from '../../captures/damage.ts';
import { generatedRun, type LabRun } from '../../captures/runs.ts';
import { makeTranslate } from '../../support/translate.ts';
import { renumbered } from '../renumbered.ts';

/** Generated labs in which things go wrong, each of some hundred frames at most: one is told many times over. */
const LABS = [2, 5, 6, 7, 12, 18, 25, 26, 27, 31, 32, 36];
const runs = new Map<number, LabRun>();
const runOf = (lab: number): LabRun => {
  const known = runs.get(lab) ?? generatedRun(lab);
  runs.set(lab, known);
  return known;
};

interface Told {
  readonly lab: number;
  readonly damage: string;
  readonly seed: number;
  /** Of so many interfaces in eight, the recorder says that it missed nothing. */
  readonly wholeOf8: number;
  /** An update is asked for after these shares of the events, in a thousand. */
  readonly pauses: readonly number[];
}

const told: fc.Arbitrary<Told> = fc.record({
  lab: fc.constantFrom(...LABS),
  damage: fc.constantFrom(...Object.keys(damages)),
  seed: fc.nat(1000),
  wholeOf8: fc.nat(8),
  pauses: fc.array(fc.nat(1000), { minLength: 1, maxLength: 10 }),
});

/** What is said of a damaged recording, told in pieces or all at once. */
function reportOf({ lab, damage, seed, wholeOf8, pauses }: Told, inPieces: boolean): Report {
  const { plan, events } = runOf(lab);
  const files = split(plan, events).map((file, index) =>
    damages[damage]!.reduce(
      (one, change, at) => change(one, new Random(seed, `${file.node} ${at}`), index),
      file,
    ),
  );
  const records = merged(files);
  const points = [...new Set(records.map(({ event: { node, segment } }) => `${node}.${segment}`))];
  const builder = new JourneyBuilder(plan, {
    engine: 'capture',
    startedAt: 'T',
    translate: makeTranslate('en'),
    capturePoints: new Set(points),
    wholePoints: new Set(points.filter((point) => new Random(seed, point).below(8) < wholeOf8)),
  });
  const frames: LabEvent[] = records.map(({ event }) => event);
  const cuts = new Set(pauses.map((share) => Math.floor((share / 1000) * frames.length)));
  builder.add(plan.nodes.map(({ name }) => ({ kind: 'node', timeNs: 0, node: name, state: 'running' })));
  for (const [index, event] of frames.entries()) {
    if (inPieces && cuts.has(index)) builder.update();
    builder.add([event]);
  }
  return builder.report();
}

describe('what is judged of a damaged recording', () => {
  it('while it comes in is what is judged of all of it at once', () => {
    fc.assert(
      fc.property(told, (one) => {
        assert.deepEqual(renumbered(reportOf(one, true)), renumbered(reportOf(one, false)));
      }),
      { numRuns: 60 },
    );
  });
});
