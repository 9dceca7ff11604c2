import assert from 'node:assert/strict';
import { measureForwarding, type ForwardingTimes } from '../../src/comparison/forwarding-times.ts';
import { variantNames } from '../../src/models/models.ts';

function measured(now: () => number): ForwardingTimes {
  const turns = measureForwarding(now, 64);
  for (let turn = turns.next(); ; turn = turns.next()) if (turn.done) return turn.value;
}

/** Looked at four times for each model in each turn: around the filling, and around the same with forwarding. */
function clock(cost: (model: number, turn: number) => number): () => number {
  // Once at the beginning, and before each turn that is more than enough.
  let [looks, time] = [-1, 0];
  const perTurn = 4 * variantNames.length;
  let more = 0;
  return () => {
    if (looks < 0) return looks++;
    if (looks % perTurn === 0 && looks / perTurn >= 12 + 15 && more < looks) {
      more = looks;
      return time;
    }
    const model = Math.floor(looks / 4) % variantNames.length;
    const turn = Math.floor(looks / perTurn);
    const filling = 0.001;
    if (looks % 4 === 1) time += filling;
    if (looks % 4 === 3) time += filling + cost(model, turn);
    looks++;
    return time;
  };
}

describe('time per packet', () => {
  const dr = variantNames.indexOf('dr');

  it('is told against DR, least first, without what filling a frame takes', () => {
    const { ratios } = measured(clock((model) => (model === dr ? 2 : 2 + model + 1)));
    assert.deepEqual(ratios[0], { variant: 'dr', ratio: 1 });
    const others = variantNames.filter((name) => name !== 'dr');
    assert.deepEqual(
      ratios.slice(1),
      others.map((variant) => ({ variant, ratio: (3 + variantNames.indexOf(variant)) / 2 })),
    );
  });

  it('is the median of the turns: a machine that was busy meanwhile does not count', () => {
    const { ratios } = measured(clock((model, turn) => (model !== dr ? (turn % 3 === 0 ? 500 : 4) : 2)));
    assert.ok(ratios.slice(1).every(({ ratio }) => ratio === 2));
  });

  it('is compared within a turn: a machine that slows down slows all of them', () => {
    const { ratios } = measured(clock((model, turn) => (model === dr ? 1 : 1.5) * (turn + 1)));
    assert.ok(ratios.slice(1).every(({ ratio }) => ratio === 1.5));
  });

  it('is not told by a clock that stands still', () => {
    assert.deepEqual(measured(() => 7).ratios, []);
  });

  it('is measured turn by turn, and no longer than somebody waits', () => {
    const count = (cost: number) => {
      const turns = measureForwarding(
        clock(() => cost),
        64,
      );
      let steps = 0;
      while (!turns.next().done) steps++;
      return steps;
    };
    assert.equal(count(0.001), 12 + 61);
    assert.equal(count(500), 12 + 15);
  });
});
