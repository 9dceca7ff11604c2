import assert from 'node:assert/strict';
import { explanationCodes } from '../../src/lab/topology/findings.ts';
import { causesLike, isCause } from '../../src/mystery/causes.ts';
import { faults, levels } from '../../src/mystery/faults.ts';
import { mysteryOf, withFault } from '../../src/mystery/mystery.ts';
import { MysteryProgress } from '../../src/mystery/progress.ts';
import { makeTranslate } from '../support/translate.ts';

const fault = faults.find(({ answers }) => answers[0] === 'vip-two-answers')!;

describe('a mystery', () => {
  it('is the same for the same seed, and of its level', () => {
    for (const level of levels)
      for (let seed = 0; seed < 50; seed++) {
        const mystery = mysteryOf({ level, seed });
        assert.deepEqual(mysteryOf({ level, seed }), mystery);
        assert.equal(mystery.fault.level, level);
        assert.equal(mystery.file, `mystery-${level}-${seed}.lblab.yaml`);
      }
  });

  it('is every fault for some seed', () => {
    for (const level of levels) {
      const seen = new Set(Array.from({ length: 2000 }, (_, seed) => mysteryOf({ level, seed }).fault));
      assert.equal(seen.size, faults.filter((one) => one.level === level).length);
    }
  });

  it('may be called what its file does not say: each cause has words in both languages, found by any of them', () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      const all = causesLike('', makeTranslate(locale));
      assert.deepEqual(
        all.map(({ cause }) => cause),
        [...explanationCodes],
      );
      assert.equal(new Set(all.map(({ text }) => text)).size, all.length);
      assert.ok(all.every(({ text }) => !text.startsWith('mystery.')));
    }
    const english = makeTranslate('en');
    assert.deepEqual(
      causesLike('MTU larger', english).map(({ cause }) => cause),
      ['mtu-exceeded'],
    );
    assert.deepEqual(
      causesLike('two-answers', english).map(({ cause }) => cause),
      ['vip-two-answers'],
    );
    assert.ok(isCause('filtered'));
    assert.ok(!isCause('toString'));
  });
});

describe('how a learner fares', () => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const progress = () => new MysteryProgress(withFault({ level: 1, seed: 7 }, fault), () => now);

  it('counts looks and answers, and says the cause only when it is over', () => {
    now = Date.parse('2026-01-01T00:00:00Z');
    const mine = progress();
    mine.look('table');
    mine.look('table');
    mine.look('ladder');
    now += 1500;
    assert.equal(mine.answer('filtered'), false);
    mine.attempted(false);
    const { causes, ...open } = mine.result;
    assert.equal(causes, undefined);
    assert.deepEqual(open, {
      ...{ level: 1, seed: 7, lab: 'dr', startedAt: '2026-01-01T00:00:00.000Z', seconds: 1.5 },
      looks: { ladder: 1, table: 2, capture: 0, shell: 0 },
      attempts: 1,
      answers: [{ cause: 'filtered', right: false, seconds: 1.5 }],
      outcome: 'open',
    });
    now += 500;
    assert.equal(mine.answer('vip-two-answers'), true);
    assert.deepEqual([mine.result.outcome, mine.result.seconds], ['named', 2]);
    assert.deepEqual(mine.result.causes, ['vip-two-answers']);
  });

  it('does not change any more when it is over', () => {
    for (const end of [
      (one: MysteryProgress) => one.attempted(true),
      (one: MysteryProgress) => one.giveUp(),
      (one: MysteryProgress) => void one.answer('vip-two-answers'),
    ]) {
      const mine = progress();
      end(mine);
      const before = structuredClone(mine.result);
      now += 60_000;
      mine.look('shell');
      mine.answer('filtered');
      mine.attempted(true);
      mine.giveUp();
      assert.deepEqual(mine.result, before);
    }
  });

  it('goes on after a reload', () => {
    const mine = progress();
    mine.look('shell');
    const again = new MysteryProgress(withFault({ level: 1, seed: 7 }, fault), () => now, mine.result);
    again.look('shell');
    assert.equal(again.result.looks.shell, 2);
    assert.equal(again.result.startedAt, mine.result.startedAt);
  });
});
