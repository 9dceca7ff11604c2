import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as at from '../../src/forwarder/connections/layout.ts';
import { ConnectionTable } from '../../src/forwarder/connections/table.ts';

/** Few distinct values, so that probe runs and equal tags happen often. */
const key = fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)).map(([a, b, c]) => ({ a, b, c }));

describe('connection table', () => {
  it('finds what is in it and nothing else, whatever came and went (against a map)', () => {
    const act = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), (acts) => {
        const table = new ConnectionTable(1000);
        const model = new Map<string, number>();
        for (const { key: tuple, remove } of acts) {
          const { a, b, c } = tuple;
          const name = `${a} ${b} ${c}`;
          const known = model.get(name);
          if (known !== undefined && remove) {
            table.remove(known);
            model.delete(name);
          } else if (known === undefined) {
            model.set(name, add(table, a, b, c));
          }
        }
        assert.equal(table.live, model.size);
        for (let i = 0; i < 512; i++) {
          const [a, b, c] = [i >> 6, (i >> 3) & 7, i & 7];
          const connection = model.get(`${a} ${b} ${c}`);
          assert.equal(table.findKey(a, b, c, 6), connection === undefined ? -1 : connection * 2);
          assert.equal(table.findKey(b, a, ~c, 6), connection === undefined ? -1 : connection * 2 + 1);
          assert.equal(table.findKey(a, b, c, 17), -1, 'another protocol');
        }
        assert.deepEqual(new Set(table.connections()), new Set(model.values()));
      }),
      { numRuns: 50 },
    );
  });

  it('grows, and takes at most 96 bytes per connection at a million with two keys', () => {
    const table = new ConnectionTable(1_000_000);
    for (let i = 0; i < 1_000_000; i++) add(table, i, 0x0a000264, i << 16);
    assert.equal(table.allocate(), -1);
    assert.ok(table.memory / 1_000_000 <= 96, `${table.memory / 1_000_000}`);
    for (let i = 0; i < 1_000_000; i += 997) assert.equal(table.findKey(i, 0x0a000264, i << 16, 6), i * 2);
  });

  it('spreads neighbouring addresses and ports: probe runs stay short', () => {
    const table = new ConnectionTable(100_000);
    const started = performance.now();
    for (let i = 0; i < 65_000; i++)
      add(table, 0x0a000100 + (i >> 12), 0x0a000264, ((1024 + (i & 4095)) << 16) | 80);
    for (let i = 0; i < 65_000; i++)
      table.findKey(0x0a000100 + (i >> 12), 0x0a000264, ((1024 + (i & 4095)) << 16) | 80, 6);
    // A hash that clusters needs minutes for this, not milliseconds.
    assert.ok(performance.now() - started < 5000);
  });
});

function add(table: ConnectionTable, a: number, b: number, c: number): number {
  const connection = table.allocate();
  const base = connection << at.LOG2_WORDS;
  table.words.set([a, b, c, b, a, ~c], base + at.REQUEST_SOURCE);
  table.words[base] = 6;
  table.addKey(connection, 0);
  table.addKey(connection, 1);
  return connection;
}
