import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TimeScale } from '../../src/webview/time-scale.ts';

const S = 1e9;

describe('webview: the scale of the timeline', () => {
  it('a long wait is cut short, and what happened keeps its proportions', () => {
    const scale = new TimeScale(0, 60 * S, [
      [0, 1 * S],
      [1 * S, 3 * S],
      [59 * S, 60 * S],
    ]);
    assert.equal(scale.breaks.length, 1);
    const first = scale.shareAt(1 * S);
    assert.ok(Math.abs(scale.shareAt(3 * S) - 3 * first) < 1e-9);
    assert.ok(Math.abs(1 - scale.shareAt(59 * S) - first) < 1e-9);
    assert.ok(first > 0.2, String(first));
  });

  it('short waits stay as long as they were, and so does a rhythm', () => {
    assert.deepEqual(
      new TimeScale(0, 3 * S, [
        [0, S],
        [2.5 * S, 3 * S],
      ]).breaks,
      [],
    );
    const beats = Array.from({ length: 21 }, (_, index) => [index * 3 * S, index * 3 * S] as const);
    const scale = new TimeScale(0, 60 * S, beats);
    assert.deepEqual(scale.breaks, []);
    assert.equal(scale.shareAt(30 * S), 0.5);
  });

  it('outside of the range there is no place; nothing at all is a range too', () => {
    const scale = new TimeScale(5 * S, 10 * S, [[0, 100 * S]]);
    assert.ok(scale.shareAt(4 * S) < 0 && scale.shareAt(11 * S) > 1);
    assert.equal(new TimeScale(0, 0, []).shareAt(0), 0);
    assert.equal(new TimeScale(0, 0, []).timeAt(0.5), 0);
  });

  it('time goes on, and there and back is the same moment', () => {
    const moment = fc.integer({ min: 0, max: 100_000 }).map((ms) => ms * 1e6);
    const span = fc.tuple(moment, moment).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), span, moment, moment, (busy, [from, to], one, other) => {
        fc.pre(to > from);
        const scale = new TimeScale(from, to, busy);
        const [a, b] = [one, other].map((time) => from + (time / 1e11) * (to - from)).sort((x, y) => x - y);
        const [first, second] = [scale.shareAt(a!), scale.shareAt(b!)];
        assert.ok(first >= -1e-9 && second <= 1 + 1e-9 && first <= second + 1e-9);
        assert.ok(Math.abs(scale.timeAt(first) - a!) <= 1 + (to - from) * 1e-6);
      }),
    );
  });
});
