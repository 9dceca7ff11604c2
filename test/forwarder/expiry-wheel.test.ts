import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExpiryWheel } from '../../src/forwarder/connections/expiry-wheel.ts';
import * as at from '../../src/forwarder/connections/layout.ts';
import { ConnectionTable } from '../../src/forwarder/connections/table.ts';

const TICK = 64;
const tickOf = (time: number): number => Math.floor(time / TICK);

/** A wheel, and beside it when each of its entries is over. */
class Wheel {
  readonly ends = new Map<number, number>();
  now: number;
  private readonly table = new ConnectionTable(100, 7);
  private readonly wheel: ExpiryWheel;

  constructor(now: number) {
    this.now = now;
    this.wheel = new ExpiryWheel(this.table, now);
  }

  add(life: number): void {
    const entry = this.table.allocate();
    this.write(entry, life);
    this.wheel.add(entry);
  }

  /** As a packet does it: the word alone, unless the end comes sooner than it said. */
  touch(entry: number, life: number): void {
    const isEarlier = this.now + life < this.ends.get(entry)!;
    this.write(entry, life);
    if (!isEarlier) return;
    this.wheel.remove(entry);
    this.wheel.add(entry);
  }

  remove(entry: number): void {
    this.wheel.remove(entry);
    this.gone(entry);
  }

  /** Those that are over, by the end of their tick. */
  pass(milliseconds: number): void {
    const isDue = tickOf(this.now + milliseconds) > tickOf(this.now);
    this.now += milliseconds;
    assert.equal(this.wheel.isDue(this.now), isDue);
    if (!isDue) return;
    this.wheel.advance(this.now, this.over);
    for (const end of this.ends.values()) assert.ok(tickOf(end) >= tickOf(this.now), 'late');
    assert.equal(this.wheel.isDue(this.now), false);
  }

  /** To the millisecond. */
  catchUp(): void {
    this.wheel.catchUp(this.now, this.over);
    for (const end of this.ends.values()) assert.ok(end > this.now, 'late');
  }

  get nextTimer(): number {
    return this.wheel.nextTimer();
  }

  private write(entry: number, life: number): void {
    this.table.words[(entry << at.LOG2_WORDS) + at.EXPIRY] = (this.now + life) | 0;
    this.ends.set(entry, this.now + life);
  }

  private gone(entry: number): void {
    assert.ok(this.ends.delete(entry), 'not there');
    this.table.release(entry);
  }

  private readonly over = (entry: number): void => {
    assert.ok(this.ends.get(entry)! <= this.now, 'early');
    this.gone(entry);
  };
}

describe('expiry wheel', () => {
  const start = fc.constantFrom(0, 1000, 2 ** 31 - 100, 2 ** 32 - 64, 2 ** 40 + 1);
  const life = fc.constantFrom(0, 1, 63, 64, 65, 640, 5_000, 65_535, 65_536, 70_000, 900_000);
  const wait = fc.constantFrom(0, 1, 30, 63, 64, 65, 500, 5_000, 65_000, 70_000);
  const act = fc.record({
    what: fc.constantFrom('add', 'add', 'touch', 'touch', 'remove', 'pass', 'pass', 'catch up'),
    which: fc.nat(99),
    life,
    wait,
  });

  it('gives up each entry when it is over, within a tick of 64 ms, and to the millisecond when it is asked', () => {
    fc.assert(
      fc.property(start, fc.array(act, { minLength: 250, maxLength: 300 }), (from, acts) => {
        const wheel = new Wheel(from);
        for (const { what, which, life, wait } of acts) {
          const entry = [...wheel.ends.keys()].at(which % (wheel.ends.size || 1));
          if (what === 'add' && wheel.ends.size < 90) wheel.add(life);
          if (what === 'touch' && entry !== undefined) wheel.touch(entry, life);
          if (what === 'remove' && entry !== undefined) wheel.remove(entry);
          if (what === 'pass') wheel.pass(wait);
          if (what === 'catch up') wheel.catchUp();
          const first = Math.min(...wheel.ends.values());
          assert.ok(wheel.nextTimer <= (tickOf(Math.max(first, wheel.now)) + 1) * TICK, 'the timer is late');
        }
        while (wheel.ends.size > 0) {
          assert.ok(wheel.nextTimer > wheel.now, 'time goes on');
          wheel.pass(wheel.nextTimer - wheel.now);
        }
        assert.equal(wheel.nextTimer, Infinity);
      }),
      { numRuns: 20 },
    );
  });

  it('asks to be called when the tick of the first end is over, and at most once a minute until then', () => {
    for (const from of [0, 64, 1001, 2 ** 40])
      for (const lives of [
        [0],
        [64, 640],
        [640, 64],
        [6_400, 64, 640],
        [65_000],
        [66_000],
        [900_000, 800_000],
      ]) {
        const wheel = new Wheel(from);
        for (const life of lives) wheel.add(life);
        const exact = (tickOf(from + Math.min(...lives)) + 1) * TICK;
        if (Math.min(...lives) < 65_100) assert.equal(wheel.nextTimer, exact, `${from} ${lives.join()}`);
        let calls = 0;
        for (; wheel.ends.size === lives.length; calls++) wheel.pass(wheel.nextTimer - wheel.now);
        assert.equal(wheel.now, exact);
        assert.ok(calls <= 1 + Math.min(...lives) / 60_000, `${calls}`);
      }
  });

  it('an entry that is asked for sooner comes sooner, wherever it stands among those of its tick', () => {
    for (const moved of [0, 1, 2, 3]) {
      const wheel = new Wheel(0);
      for (let i = 0; i < 4; i++) wheel.add(10_000);
      assert.equal(wheel.nextTimer, tickOf(10_000) * TICK + TICK);
      wheel.touch(moved, 500);
      assert.equal(wheel.nextTimer, 512);
      wheel.pass(512);
      assert.deepEqual(
        [...wheel.ends.keys()],
        [0, 1, 2, 3].filter((entry) => entry !== moved),
      );
      wheel.pass(10_000);
      assert.equal(wheel.ends.size, 0);
    }
  });
});
