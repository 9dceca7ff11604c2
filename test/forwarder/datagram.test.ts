import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Datagram, type Addition, type Fragment } from '../../src/forwarder/fragments/datagram.ts';
import { makeFrame } from '../../src/forwarder/frame.ts';

const HEADER = 20;

/** A fragment of so many bytes; `look` hears whenever its offset or length is looked at. */
function fragment(offset: number, length: number, isLast: boolean, look?: () => void): Fragment {
  const frame = makeFrame(length + HEADER + 14);
  return {
    frame,
    port: 0,
    ticket: 0,
    isLast,
    ip: 14,
    headerLength: HEADER,
    get offset() {
      look?.();
      return offset;
    },
    get length() {
      look?.();
      return length;
    },
  };
}

/** What `Datagram.add` must say, found out byte by byte. */
class Model {
  readonly there = new Set<number>();
  total: number | undefined;

  add({ offset, length, isLast }: Fragment): Addition {
    const end = offset + length;
    if (length === 0 || end + HEADER > 0xffff) return 'bad';
    if (!isLast && length % 8 !== 0) return 'bad';
    if (this.total !== undefined && (isLast ? end !== this.total : end > this.total)) return 'bad';
    const bytes = Array.from({ length }, (_, i) => offset + i);
    if (isLast && this.total === undefined && [...this.there].some((at) => at >= end)) return 'bad';
    const known = bytes.filter((at) => this.there.has(at)).length;
    if (known > 0) return known === length ? 'duplicate' : 'bad';
    for (const at of bytes) this.there.add(at);
    if (isLast) this.total = end;
    return 'added';
  }

  get isWhole(): boolean {
    return this.there.size === this.total;
  }
}

/** Every fragment of a datagram of `units` times 8 bytes, cut as finely as can be. */
function finest(units: number, look: () => void): Fragment[] {
  return Array.from({ length: units }, (_, i) => fragment(i * 8, 8, i === units - 1, look));
}

function shuffled<T>(items: readonly T[]): T[] {
  let state = 1;
  const keyed = items.map((item) => ({ item, key: (state = Math.imul(state, 48271) & 0x7fffffff) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

describe('the fragments of a datagram', () => {
  it('any fragments in any order: as a model says that looks at every byte', () => {
    const one = fc.record({
      offset: fc.nat(40).map((units) => units * 8),
      length: fc.oneof(
        fc.integer({ min: 1, max: 12 }).map((units) => units * 8),
        fc.nat(90),
      ),
      isLast: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (fragments) => {
        const [datagram, model] = [new Datagram('', 0), new Model()];
        const added: number[] = [];
        for (const { offset, length, isLast } of fragments) {
          const given = fragment(offset, length, isLast);
          const said = datagram.add(given);
          assert.equal(said, model.add(given));
          if (said === 'added') added.push(offset);
          assert.equal(datagram.isWhole, model.isWhole);
          assert.deepEqual(
            datagram.inOrder().map((kept) => kept.offset),
            added.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('at every edge of 256 bytes: what is there is known byte for byte', () => {
    const edges = [0, 8, 248, 256, 264, 504, 512, 520, 768];
    for (const from of edges)
      for (const to of edges.filter((edge) => edge > from))
        for (let at = 0; at < 776; at += 8) {
          const datagram = new Datagram('', 0);
          datagram.add(fragment(from, to - from, false));
          assert.equal(
            datagram.add(fragment(at, 8, false)),
            at >= from && at < to ? 'duplicate' : 'added',
            `${from} to ${to}: ${at}`,
          );
        }
  });

  it('none may reach beyond the longest packet', () => {
    assert.equal(new Datagram('', 0).add(fragment(65_528, 8, true)), 'bad');
    assert.equal(new Datagram('', 0).add(fragment(65_504, 12, true)), 'bad');
    assert.equal(new Datagram('', 0).add(fragment(65_504, 11, true)), 'added');
  });

  for (const order of ['as they were cut', 'backwards', 'in disorder', 'each of them twice'] as const) {
    it(`the work grows as their number does: ${order}`, () => {
      const work = (units: number): number => {
        let looks = 0;
        const cut = finest(units, () => looks++);
        const arrived =
          order === 'backwards'
            ? cut.toReversed()
            : order === 'in disorder'
              ? shuffled(cut)
              : order === 'each of them twice'
                ? cut.flatMap((one) => [one, one])
                : cut;
        const datagram = new Datagram('', 0);
        for (const one of arrived) datagram.add(one);
        assert.ok(datagram.isWhole);
        assert.equal(datagram.inOrder().length, units);
        return looks;
      };
      const [few, many] = [work(800), work(8000)];
      assert.ok(many <= few * 10 + 10, `${few} looks at 800 fragments, ${many} at 8000`);
    });
  }
});
