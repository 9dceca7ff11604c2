import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Turns } from '../../src/lab/turns.ts';

describe('turns', () => {
  it('one after another, in the order in which they were asked for, and on after a failure', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const work = (name: string, ms: number) => async () => {
      done.push(`${name} begins`);
      await pause(ms);
      done.push(`${name} ends`);
      if (name === 'b') throw new Error(name);
      return name;
    };
    const all = [turns.next(work('a', 3)), turns.next(work('b', 2)), turns.next(work('c', 0))];
    const outcomes = await Promise.allSettled(all);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(done, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('over when all that was begun has ended, also by a failure', async () => {
    const turns = new Turns();
    let ended = false;
    const failing = turns.next(async () => {
      await pause(2);
      ended = true;
      throw new Error('x');
    });
    await turns.over();
    assert.equal(ended, true);
    await assert.rejects(failing, /x/);
  });
});
