import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CaptureBudget } from '../../../src/lab/agent/capture-budget.ts';
import { readCounts } from '../../../src/lab/agent/tcpdump-counts.ts';

/** Frames a second, ten times a second, for so long; the details that this leads to, each told once. */
function flow(budget: CaptureBudget, fromMs: number, perSecond: number, seconds: number): string[] {
  const details: string[] = [];
  for (let ms = 100; ms <= seconds * 1000; ms += 100) {
    const detail = budget.spend(perSecond / 10, fromMs + ms);
    if (detail !== details.at(-1)) details.push(detail);
  }
  return details;
}

describe('Packet budget of a capture point', () => {
  it('records whole frames for as long as they come at its rate', () => {
    assert.deepEqual(flow(new CaptureBudget(1000, 0), 0, 1000, 60), ['frames']);
  });

  it('a burst of five seconds’ worth is no flood', () => {
    const budget = new CaptureBudget(1000, 0);
    assert.equal(budget.spend(5000, 0), 'frames');
    assert.equal(budget.spend(1, 0), 'headers');
  });

  it('falls back to headers, then to counters, and returns when the flood is over', () => {
    const budget = new CaptureBudget(1000, 0);
    assert.deepEqual(flow(budget, 0, 20_000, 3), ['frames', 'headers', 'counters']);
    assert.deepEqual(flow(budget, 3000, 20_000, 10), ['counters']);
    assert.equal(flow(budget, 13_000, 10, 2).at(-1), 'frames');
  });

  it('stays with headers while a flow is past whole frames but not past headers', () => {
    const budget = new CaptureBudget(1000, 0);
    assert.deepEqual(flow(budget, 0, 3000, 10), ['frames', 'headers']);
    assert.deepEqual(flow(budget, 10_000, 3000, 60), ['headers']);
    // From counting, too, it comes back to headers only.
    flow(budget, 70_000, 50_000, 2);
    assert.equal(budget.detail, 'counters');
    assert.equal(flow(budget, 72_000, 1500, 3).at(-1), 'headers');
  });

  it('a second flood is met at once by a spent budget', () => {
    const budget = new CaptureBudget(1000, 0);
    flow(budget, 0, 20_000, 10);
    assert.equal(flow(budget, 10_000, 0, 2.2).at(-1), 'frames');
    assert.deepEqual(flow(budget, 12_200, 20_000, 1), ['headers', 'counters']);
  });

  it('never falls back without a budget', () => {
    assert.deepEqual(flow(new CaptureBudget(Infinity, 0), 0, 1e6, 10), ['frames']);
  });

  it('whatever comes: calm for four seconds is whole frames again, and time may stand still or go back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ frames: fc.nat(100_000), afterMs: fc.integer({ min: -50, max: 2000 }) })),
        (steps) => {
          const budget = new CaptureBudget(1000, 0);
          let now = 0;
          for (const { frames, afterMs } of steps) budget.spend(frames, (now += afterMs));
          for (let i = 0; i < 40; i += 1) budget.spend(10, (now += 100));
          assert.equal(budget.detail, 'frames');
        },
      ),
    );
  });
});

describe('tcpdump’s counts', () => {
  it('are read from its last whole answer', () => {
    const answer = (received: number, dropped: number) =>
      `tcpdump: 4 packets captured, ${received} packets received by filter, ${dropped} packet${dropped === 1 ? '' : 's'} dropped by kernel\n`;
    assert.deepEqual(readCounts(`listening on eth0\n${answer(5, 1)}${answer(9, 2)}tcpdump: 4 pa`), {
      received: 9,
      dropped: 2,
    });
    assert.equal(readCounts('listening on eth0, link-type EN10MB'), undefined);
  });
});
