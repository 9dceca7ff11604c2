import assert from 'node:assert/strict';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { faults, levels, type Fault } from '../../src/mystery/faults.ts';
import { mysteryLabs } from '../../src/mystery/mystery-labs.ts';
import { FaultyRun, FILE, nameOf, runOf } from './faulty-run.ts';

const isSound = ({ open }: FaultyRun) => {
  const { requests, promises } = open.report();
  return (
    requests.every(({ outcome }) => outcome === 'answered') &&
    promises.every(({ verdict }) => verdict !== 'broken')
  );
};

describe('the faults of mysteries', () => {
  for (const [lab, text] of Object.entries(mysteryLabs))
    it(`${lab}: the file by itself has no problem and is sound`, () => {
      assert.deepEqual(loadTopology(text, FILE).problems, []);
      const run = new FaultyRun({ lab: lab as Fault['lab'], hidden: [] });
      assert.ok(isSound(run));
      assert.deepEqual(run.open.report().explanations, []);
    });

  it('level 1 is in dr and nat, level 2 in every lab, level 3 in every lab', () => {
    const labsOf = (level: number) => [
      ...new Set(faults.filter((fault) => fault.level === level).map(({ lab }) => lab)),
    ];
    assert.deepEqual(labsOf(1).sort(), ['dr', 'nat']);
    for (const level of [2, 3]) assert.deepEqual(labsOf(level).sort(), Object.keys(mysteryLabs).sort());
  });

  for (const level of levels) {
    describe(`level ${level}`, () => {
      const ofLevel = faults.filter((fault) => fault.level === level);
      before(function () {
        this.timeout(60_000);
        for (const fault of ofLevel) runOf(fault);
      });

      it('each breaks something, and what explains it is its answer', () => {
        for (const fault of ofLevel) {
          const run = runOf(fault);
          assert.ok(!isSound(run), nameOf(fault));
          const codes = run.open.report().explanations.map(({ code }) => code);
          assert.notEqual(codes.length, 0, nameOf(fault));
          for (const code of codes)
            assert.ok((fault.answers as readonly string[]).includes(code), `${nameOf(fault)}: ${code}`);
        }
      });

      it('none looks like another that has another answer', () => {
        const alike = new Map<string, Fault[]>();
        for (const fault of ofLevel) {
          const seen = `${fault.lab}\n${runOf(fault).evidence}`;
          alike.set(seen, [...(alike.get(seen) ?? []), fault]);
        }
        for (const group of alike.values())
          for (const one of group)
            for (const other of group) assert.deepEqual([...one.answers].sort(), [...other.answers].sort());
      });

      it('takes no answer that nothing calls for', () => {
        for (const fault of ofLevel) {
          const seen = runOf(fault).evidence;
          const twins = ofLevel.filter((other) => other.lab === fault.lab && runOf(other).evidence === seen);
          const codes = twins.flatMap((twin) =>
            runOf(twin)
              .open.report()
              .explanations.map(({ code }) => code),
          );
          assert.deepEqual([...new Set(codes)].sort(), [...fault.answers].sort(), nameOf(fault));
        }
      });
    });
  }
});
