import assert from 'node:assert/strict';
import { ownTimesOf } from '../../../src/captures/clocks/own-times.ts';

const MS = 1_000_000n;
const times = (...ms: readonly number[]): bigint[] => ms.map((one) => BigInt(one) * MS);

describe('ownTimesOf', () => {
  it('moves what follows a step back behind what was before', () => {
    const { times: moved, breaks } = ownTimesOf(times(1000, 1100, 1200, 500, 600, 700));
    assert.deepEqual(moved, [...times(1000, 1100, 1200), ...times(1200, 1300, 1400).map((one) => one + 1n)]);
    assert.deepEqual(breaks, [1200n * MS + 1n]);
  });

  it('leaves small disorder, and a file in no order, as they are', () => {
    const small = times(1000, 1005, 1001, 1010);
    assert.deepEqual(ownTimesOf(small), { times: small, breaks: [] });
    const shuffled = times(...Array.from({ length: 40 }, (_, i) => (i * 7919) % 1000));
    assert.deepEqual(ownTimesOf(shuffled), { times: shuffled, breaks: [] });
  });

  it('takes two recordings of two interfaces, one behind the other, for what they are', () => {
    const both = times(1000, 1100, 1200, 1000, 1100, 1200);
    assert.deepEqual(ownTimesOf(both, [0, 0, 0, 1, 1, 1]).times, both);
    assert.notDeepEqual(ownTimesOf(both, [0, 0, 0, 0, 0, 0]).times, both);
  });
});
