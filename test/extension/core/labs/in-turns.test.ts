import assert from 'node:assert/strict';
import { inTurns } from '../../../../src/extension/core/labs/in-slices.ts';

describe('work in turns', () => {
  /** Steps that take a while each. */
  function* slow(steps: number): Generator<number, string, undefined> {
    for (let step = 1; step <= steps; step++) {
      for (const until = performance.now() + 20; performance.now() < until;);
      yield step / steps;
    }
    return 'done';
  }

  it('pauses in between, says how far it is, and gives what comes of it', async () => {
    const shares: number[] = [];
    let pauses = 0;
    const result = await inTurns(
      slow(20),
      (share) => shares.push(share),
      () => Promise.resolve(void pauses++),
    );
    assert.equal(result, 'done');
    assert.ok(pauses >= 5 && pauses < 20, `${pauses} pauses`);
    assert.equal(shares.length, pauses);
    assert.deepEqual(
      shares,
      [...shares].sort((a, b) => a - b),
    );
  });

  it('ends where the share is refused', async () => {
    let last = 0;
    const refuse = (share: number): void => {
      last = share;
      if (share > 0.5) throw new Error('enough');
    };
    await assert.rejects(inTurns(slow(20), refuse), /enough/);
    assert.ok(last < 1);
  });
});
