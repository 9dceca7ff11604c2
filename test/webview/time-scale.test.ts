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

  it('has marks at round moments, apart from each other, and none where time is cut short', () => {
    const since = (scale: TimeScale) => scale.marks(8).map(({ sinceNs }) => sinceNs / S);
    const busy = (from: number, to: number) => [from * S, to * S] as const;
    assert.deepEqual(since(new TimeScale(7 * S, 11 * S, [busy(7, 11)])), [0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
    const cut = new TimeScale(0, 3604 * S, [busy(0, 3), busy(3600, 3604)]);
    assert.equal(cut.breaks.length, 1);
    assert.deepEqual(since(cut), [1, 2, 3, 3601, 3602, 3603]);
    assert.deepEqual(since(new TimeScale(0, 0, [])), []);
  });

  it('marks go up, stay inside and are never closer than asked for', () => {
    const moment = fc.integer({ min: 0, max: 10_000_000 }).map((ms) => ms * 1e6);
    const span = fc.tuple(moment, moment).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 6 }),
        span,
        fc.integer({ min: 1, max: 20 }),
        (busy, [from, to], most) => {
          const marks = new TimeScale(from, to, busy).marks(most);
          assert.ok(marks.length <= most);
          for (const [index, { share }] of marks.entries()) {
            assert.ok(share > 0 && share < 1);
            assert.ok(share - (marks[index - 1]?.share ?? 0) >= 1 / most - 1e-9);
          }
        },
      ),
    );
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
