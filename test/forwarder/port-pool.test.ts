import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PortPool } from '../../src/forwarder/port-pool.ts';

/** What a pool must do, one port at a time. */
class PlainPool {
  readonly taken = new Set<number>();
  next = 0;

  take(preferred: number, first: number, last: number): number {
    const around = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const start = this.next >= first && this.next <= last ? this.next - first : 0;
    const free = [preferred, ...around.slice(start), ...around.slice(0, start)].find(
      (port) => port >= first && port <= last && !this.taken.has(port),
    );
    if (free === undefined) return -1;
    this.taken.add(free);
    this.next = free + 1;
    return free;
  }
}

describe('a port pool', () => {
  it('gives the port that is asked for, else the next that is free after the last given (against a set)', () => {
    const range = fc
      .tuple(fc.constantFrom(1, 31, 32, 1024, 65_440), fc.constantFrom(0, 1, 3, 6, 33))
      .map(([first, more]) => ({ first, last: first + more }));
    const act = fc.record({ release: fc.constantFrom(true, false, false), at: fc.nat(1000) });
    fc.assert(
      fc.property(range, range, fc.array(act, { minLength: 150, maxLength: 200 }), (range, other, acts) => {
        const pool = new PortPool();
        const plain = new PlainPool();
        for (const [index, { release, at }] of acts.entries()) {
          // The range of a running director may change.
          const { first, last } = index < 100 ? range : other;
          // One of the range, or right beside it.
          const port = first - 1 + (at % (last - first + 3));
          if (release) {
            pool.release(port);
            plain.taken.delete(port);
          } else assert.equal(pool.take(port, { first, last }), plain.take(port, first, last));
        }
      }),
    );
  });

  it('searches a pool that is nearly full as it searches one that is empty, and says when it is full', () => {
    for (const first of [512, 1024, 1030]) {
      const pool = new PortPool();
      const last = 1223;
      for (let port = first; port <= last; port++) assert.equal(pool.take(port, { first, last }), port);
      assert.equal(pool.take(first, { first, last }), -1);
      for (const port of [first, 1056, 1057, 1101, 1152, last, 1088, 1184, 1120, first]) {
        pool.release(port);
        assert.equal(pool.take(first - 1, { first, last }), port, `${first}: ${port}`);
      }
      assert.equal(pool.take(first, { first, last }), -1);
    }
  });

  it('looks at each port of a word of which one alone is taken', () => {
    const pool = new PortPool();
    const range = { first: 1000, last: 1100 };
    assert.deepEqual(
      [1024, 1023, 0].map((preferred) => pool.take(preferred, range)),
      [1024, 1023, 1025],
    );
  });

  it('gives the last port there is', () => {
    const range = { first: 65_530, last: 65_535 };
    const pool = new PortPool();
    const given = Array.from({ length: 7 }, () => pool.take(0, range));
    assert.deepEqual(given, [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, -1]);
  });
});
