import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as at from '../../src/forwarder/connections/layout.ts';
import { hashKey } from '../../src/forwarder/connections/hash.ts';
import { ConnectionTable, MOST_CONNECTIONS } from '../../src/forwarder/connections/table.ts';
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
      fc.property(fc.array(act, { minLength: 350, maxLength: 400 }), (acts) => {
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
    // Of 64 bytes and two keys, for each of which at least two slots of four bytes are there.
    assert.ok(table.memory / size >= 80, `${table.memory / size}`);
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

  it('the hash is the one of Linux (jhash.h, `jhash_3words`, by its C code)', () => {
    const seed = 0x9e3779b1;
    for (const [hash, own, source, destination, ports, protocol] of [
      [0x1b68e557, 0, 0, 0, 0, 0],
      [0x8103143f, 1, 1, 2, 3, 3],
      [0x4dc60ead, 0, 0x0a00010a, 0x0a000264, 0xc3500050, 6],
      [0x7b762faf, seed, 0xc0a8010a, 0xc6336450, 0x9c400050, 17],
      [0xc343af0b, -1, -1, -1, -1, 0],
    ] as const)
      assert.equal(hashKey(own, source, destination, ports, protocol) >>> 0, hash);
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

  it('an entry under another name is found by the new one, and not by the old; all else of it stays', () => {
    const table = new ConnectionTable(1000, 7);
    const entries = [3, 4, 5].map((port) => add(table, 1, 2, port));
    const flags = 0x5_0300;
    for (const [place, name] of [17, 255, 1].entries()) {
      const entry = entries[place]!;
      table.words[entry << at.LOG2_WORDS]! |= flags;
      const { memory } = table;
      // Forth and back: nothing of a name is left behind.
      for (let i = 0; i < 1000; i++) for (const one of [name, 6]) table.rename(entry, one);
      assert.equal(findKey(table, 1, 2, 3 + place, 6), entry * 2);
      table.rename(entry, name);
      const found = [6, name].map((protocol) => findKey(table, 1, 2, 3 + place, protocol));
      assert.deepEqual(found, [-1, entry * 2]);
      assert.equal(table.words[entry << at.LOG2_WORDS], flags | at.HAS_REPLY_KEY | name);
      assert.equal(table.memory, memory);
    }
    for (let i = 0; i < 500; i++) add(table, i, 9, 9);
    assert.equal(findKey(table, 499, 9, 9, 6), 502 * 2, 'there is room for others');
    for (const entry of entries) table.remove(entry);
    assert.equal(table.live, 500);
  });

  it('its index is never more than half full, and doubles no sooner', () => {
    const table = new ConnectionTable(10_000, 7);
    const slots = (): number => (table.memory - table.words.byteLength) / 4;
    for (let entries = 1; entries <= 1500; entries++) {
      add(table, entries, 1, 1);
      assert.equal(slots(), Math.max(256, 2 ** Math.ceil(Math.log2(entries * 4))), `${entries}`);
    }
    const { memory } = table;
    for (let i = 0; i < 5000; i++) table.remove(add(table, 5000 + i, 1, 1));
    assert.equal(table.memory, memory, 'what comes and goes takes no room');
  });

  it('what was first is found after it grew, whatever its hash', () => {
    const table = new ConnectionTable(1000, 7);
    // The number of the first one is 1 in the index, but for its hash.
    let port = 0;
    while (table.hash(asSignedIpv4(1), asSignedIpv4(2), port, 6) >>> 24 !== 0) port++;
    const first = add(table, 1, 2, port);
    for (let i = 0; i < 500; i++) add(table, i, 9, 9);
    assert.equal(findKey(table, 1, 2, port, 6), first * 2);
    table.remove(first);
    assert.equal(findKey(table, 1, 2, port, 6), -1);
  });

  it('an entry that is given back is used again, empty and under a new serial number', () => {
    const table = new ConnectionTable(64, 7);
    const entries = Array.from({ length: 64 }, (_, i) => add(table, i, 1, 1));
    assert.deepEqual([...table.connections()], entries);
    const { memory } = table;
    const serials = new Set(entries.map((entry) => table.words[(entry << at.LOG2_WORDS) + at.SERIAL]));
    const given = [5, 0, 63, 1];
    for (const entry of given) {
      const base = entry << at.LOG2_WORDS;
      table.remove(entry);
      table.words.fill(-1, base + at.SERVER, base + at.SERIAL);
      table.words.fill(-1, base + at.BYTES_HIGH, base + at.WORDS);
    }
    const again = given.map(() => table.allocate());
    assert.deepEqual(again.toSorted(), given.toSorted());
    assert.equal(table.memory, memory);
    for (const entry of again) {
      const words = [...table.words.subarray(entry << at.LOG2_WORDS, (entry + 1) << at.LOG2_WORDS)];
      const [serial] = words.splice(at.SERIAL, 1);
      assert.ok(words.every((word) => word === 0));
      assert.ok(!serials.has(serial));
      serials.add(serial);
    }
    assert.equal(table.allocate(), -1, 'full again');
  });

  it('holds as many as its slots can name, whatever it is allowed', () => {
    const table = new ConnectionTable(Infinity, 7);
    table.live = MOST_CONNECTIONS;
    assert.equal(table.allocate(), -1);
    table.live--;
    assert.equal(table.allocate(), 0);
    assert.ok(MOST_CONNECTIONS * 2 <= 0xff_ffff);
  });

  it('knows which keys stand for two', () => {
    const table = new ConnectionTable(1000, 7);
    const entries = Array.from({ length: 300 }, (_, i) => add(table, i % 7 === 0 ? 1000 + (i % 4) : i, 2, 3));
    // Many of one key stand in a row; of two, each must find the other beside it.
    for (let i = 0; i < 100; i++) entries.push(add(table, 2000 + (i >> 1), 2, 3));
    const keyOf = (entry: number): number => table.words[(entry << at.LOG2_WORDS) + at.REQUEST_SOURCE]!;
    for (const entry of entries) {
      const same = entries.filter((other) => keyOf(other) === keyOf(entry));
      for (const direction of [0, 1])
        assert.equal(table.isAmbiguous(entry * 2 + direction), same.length > 1, `${entry}`);
    }
  });

  it('takes all of its seed', () => {
    for (const seed of [0, 2, -1, 0x9e37_79b0, 0xffff_fffe]) {
      const table = new ConnectionTable(1, seed);
      assert.equal(table.hash(asSignedIpv4(1), asSignedIpv4(2), 3, 6), hashKey(seed, 1, 2, 3, 6));
    }
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
