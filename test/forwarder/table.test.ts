import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as at from '../../src/forwarder/connections/layout.ts';
import { hashKey } from '../../src/forwarder/connections/hash.ts';
import { ConnectionTable } from '../../src/forwarder/connections/table.ts';
import { asSignedIpv4 } from '../../src/packet/address.ts';

/** Few distinct values, so that probe runs and equal tags happen often. */
const key = fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)).map(([a, b, c]) => ({ a, b, c }));

function findKey(table: ConnectionTable, a: number, b: number, ports: number, protocol: number): number {
  return table.findKey(asSignedIpv4(a), asSignedIpv4(b), ports, protocol);
}

describe('connection table', () => {
  it('finds what is in it and nothing else, whatever came and went (against a map)', () => {
    const act = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), (acts) => {
        const table = new ConnectionTable(1000, 7);
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
          assert.equal(findKey(table, a, b, c, 6), connection === undefined ? -1 : connection * 2);
          assert.equal(findKey(table, b, a, ~c, 6), connection === undefined ? -1 : connection * 2 + 1);
          assert.equal(findKey(table, a, b, c, 17), -1, 'another protocol');
        }
        assert.deepEqual(new Set(table.connections()), new Set(model.values()));
      }),
      { numRuns: 50 },
    );
  });

  it('grows, and takes at most 96 bytes per connection at a million with two keys', () => {
    // A sixteenth where thousands of mutants are judged: the table grows in powers of two.
    const size = process.env['FC_RUNS'] === undefined ? 1_000_000 : 62_500;
    const table = new ConnectionTable(size, 7);
    for (let i = 0; i < size; i++) add(table, i, 0x0a000264, i << 16);
    assert.equal(table.allocate(), -1);
    assert.ok(table.memory / size <= 96, `${table.memory / size}`);
    for (let i = 0; i < size; i += 997) assert.equal(findKey(table, i, 0x0a000264, i << 16, 6), i * 2);
  });

  it('spreads neighbouring addresses and ports: probe runs stay short', () => {
    const table = new ConnectionTable(100_000, 7);
    const slots = 1 << 18;
    const taken = new Uint8Array(slots);
    let longest = 0;
    for (let i = 0; i < 65_000; i++) {
      const ports = ((1024 + (i & 4095)) << 16) | 80;
      const source = asSignedIpv4(0x0a000100 + (i >> 12));
      let run = 1;
      let slot = table.hash(source, asSignedIpv4(0x0a000264), ports, 6) & (slots - 1);
      for (; taken[slot] !== 0; run++) slot = (slot + 1) & (slots - 1);
      taken[slot] = 1;
      longest = Math.max(longest, run);
    }
    // A quarter full: at random, about one of a million searches is longer than 20.
    assert.ok(longest <= 20, `${longest}`);
  });

  it('keys that meet under one seed do not under another: nobody can choose them who does not know it', () => {
    const slots = 1 << 12;
    const home = (seed: number, i: number): number =>
      hashKey(seed, 0x0a000000 + (i >> 16), 0x0a000264, ((i & 0xffff) << 16) | 80, 6) & (slots - 1);
    const meet = Array.from({ length: 1 << 20 }, (_, i) => i).filter((i) => home(1, i) === 0);
    assert.ok(meet.length > 200, `${meet.length}`);
    // As many keys at random leave about 6 of 250 with another in the same of 4096 slots twice over.
    assert.ok(fullest(meet.map((i) => home(2, i))) <= 5);
  });

  it('keys that differ in their high bits alone spread too', () => {
    for (const seed of [0, 1, -1, 0x9e3779b1]) {
      const homes = Array.from(
        { length: 1 << 16 },
        (_, i) => hashKey(seed, (i >> 8) << 24, 0x0a000264, ((i & 255) << 24) | 80, 6) & 0xffff,
      );
      assert.ok(fullest(homes) < 12, `${fullest(homes)}`);
    }
  });

  it('an entry under another name is found by the new one, and not by the old', () => {
    const table = new ConnectionTable(10, 7);
    const [one, two] = [add(table, 1, 2, 3), add(table, 1, 2, 4)];
    table.rename(one, 255);
    assert.deepEqual(
      [
        [1, 2, 3, 6],
        [1, 2, 3, 255],
        [1, 2, 4, 6],
      ].map((key) => findKey(table, ...(key as [number, number, number, number]))),
      [-1, one * 2, two * 2],
    );
  });
});

/** How many keys have the slot that most have. */
function fullest(homes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const home of homes) counts.set(home, (counts.get(home) ?? 0) + 1);
  return Math.max(...counts.values());
}

function add(table: ConnectionTable, a: number, b: number, c: number): number {
  const connection = table.allocate();
  const base = connection << at.LOG2_WORDS;
  table.words.set([a, b, c, b, a, ~c], base + at.REQUEST_SOURCE);
  table.words[base] = 6;
  table.addKey(connection, 0);
  table.addKey(connection, 1);
  return connection;
}
