import assert from 'node:assert/strict';
import { trialOf } from './lab-of.ts';
import { faultsOf, verdictOf } from './verdict.ts';

describe('what is said of a run', () => {
  it('“every request was answered” holds exactly when every client got every byte', () => {
    let [green, red] = [0, 0];
    for (let seed = 1; seed <= 30; seed += 1) {
      const verdict = verdictOf(seed);
      assert.deepEqual(faultsOf(verdict), [], `seed ${seed}\n${trialOf(seed).text}`);
      if (verdict.saysAll) green += 1;
      else red += 1;
    }
    // Both were tried.
    assert.ok(green >= 5 && red >= 5, `${green} green, ${red} red`);
  });
});
