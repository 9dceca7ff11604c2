import assert from 'node:assert/strict';
import { faultsOf } from './judge.ts';

describe('what is said of several directors', () => {
  it('is what somebody sees who looks at the directors and not at their frames', () => {
    let red = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const { trial, faults, red: here } = faultsOf(seed);
      assert.deepEqual(faults, [], `seed ${seed}\n${trial.text}`);
      if (here > 0) red += 1;
    }
    assert.ok(red >= 5 && red <= 35, `${red} of 40 in which something was wrong`);
  });
});
