import assert from 'node:assert/strict';
import { inPart } from './damage.ts';
import { damages } from './damages.ts';
import { exampleRuns, generatedRun, type LabRun } from './runs.ts';
import { compare, compareWritten } from './split-verdict.ts';

/** Of packets whose end is known in the lab, how many a recording with every damage still tells the end of. */
const LEAST_KNOWN = 0.7;
/** The same where half of the interfaces were listened to for about half of the time. */
const LEAST_KNOWN_IN_PART = 0.5;

describe('a run as its hosts record it', () => {
  let examples: readonly LabRun[] = [];
  before(() => {
    examples = exampleRuns();
  });

  for (const [kind, damage] of Object.entries(damages)) {
    it(`${kind}: nothing is said to be lost, broken or sent again that was not`, () => {
      let [known, all] = [0, 0];
      for (const [index, { name, plan, events }] of examples.entries()) {
        const compared = compare(plan, events, damage, index + 1);
        assert.deepEqual(compared.faults, [], name);
        all += compared.known.live;
        known += compared.known.capture;
      }
      // Silence would be true, too.
      const least = damage.includes(inPart) ? LEAST_KNOWN_IN_PART : LEAST_KNOWN;
      assert.ok(known > all * least, `${known} of ${all}`);
    });
  }

  it('tells nothing false of what is written as files, each by its own clock, and read again', () => {
    let [known, all] = [0, 0];
    const some = examples.filter(({ name }) => !name.startsWith('lessons/') || name.includes('tunnel'));
    for (const { name, plan, events } of [...some, generatedRun(7), generatedRun(8)]) {
      const compared = compareWritten(plan, events, 1);
      assert.deepEqual(compared.faults, [], name);
      all += compared.known.live;
      known += compared.known.capture;
    }
    assert.ok(known > all * LEAST_KNOWN, `${known} of ${all}`);
  });

  it('tells nothing false of generated labs in which things go wrong', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { name, plan, events } = generatedRun(seed);
      const { faults } = compare(plan, events, damages['all of it']!, seed);
      assert.deepEqual(faults, [], name);
    }
  });

  for (const [lab, kind, seed, what] of [
    [308, 'nothing missing', 1, 'pings of the VIP whose answers are lost'],
    [
      298,
      '5 % of the records missing',
      2,
      'a refused connection whose refusal was not recorded, on a slow link',
    ],
    [240, '5 % of the records missing', 697, 'an answer without its last record, after a loss'],
  ] as const)
    it(`tells nothing false of ${what}`, () => {
      const { plan, events } = generatedRun(lab);
      assert.deepEqual(compare(plan, events, damages[kind]!, seed).faults, []);
    });

  it('tells nothing false of a question that only others than who asked have a record of', () => {
    const { plan, events } = generatedRun(431);
    assert.deepEqual(compareWritten(plan, events, 993).faults, []);
  });
});
