import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4 } from '../../../src/packet/address.ts';
import { changeBits, fates } from '../../../src/panel-protocol/records.ts';
import { matchFilter } from '../../../src/webview/filter/match-filter.ts';
import { parseFilter } from '../../../src/webview/filter/parse-filter.ts';
import { geometryOf } from '../../../src/webview/ladder/geometry.ts';
import { nodeSlots } from '../../../src/webview/ladder/lane-slots.ts';
import { laneOrder } from '../../../src/webview/ladder/lanes.ts';
import { layoutRows } from '../../../src/webview/ladder/layout.ts';
import type { Measure } from '../../../src/webview/ladder/shapes.ts';
import { faces } from '../../../src/webview/ladder/theme.ts';
import { stepKey, type Cover } from '../../../src/webview/predict/cover.ts';
import { CoveredRows } from '../../../src/webview/predict/covered-rows.ts';
import { nextStep } from '../../../src/webview/predict/questions.ts';
import type { HopRow } from '../../../src/webview/records/hop-row.ts';
import type { Rows } from '../../../src/webview/records/rows.ts';
import { Folding } from '../../../src/webview/rows/folding.ts';
import { listRows } from '../../../src/webview/rows/row-list.ts';
import { rowWords } from '../../../src/webview/rows/row-words.ts';
import { exampleNames, exampleText, Mirror, quiet } from '../support/mirror.ts';

const measure: Measure = (text, face) => text.length * faces[face].size * 0.58;
const filters = ['changed:dst.mac', 'changed:wrapped', 'unexpected', 'lost', 'ambiguous', 'rs1', 'kind:syn'];

async function recorded(name: string, text = exampleText(name)): Promise<Mirror> {
  const mirror = new Mirror(text, name).show();
  await quiet(mirror);
  return mirror;
}

/** All that a panel shows of rows: the words, every shape and hover of the ladder, what filters find. */
function shown(mirror: Mirror, rows: Rows, cover: Cover = new Set()) {
  const { lab } = mirror;
  const table = new CoveredRows(rows, lab.nodes, cover);
  const words = { ...mirror.words(), table };
  // The first flows: later ones are like them.
  const some = [...table.flowIds()].slice(0, 6);
  const list = listRows(table, [], new Folding(3), { flow: (id) => some.includes(id), packet: () => true });
  const scene = {
    ...words,
    ...{ geometry: geometryOf(1200, nodeSlots(laneOrder(lab.nodes, { order: [], hidden: [] }))), measure },
    ...{ timeMode: 'delta' as const, startedAt: lab.startedAt },
    ...{ selected: undefined, hovered: undefined, highlighted: [] },
  };
  const found = filters.map((filter) => {
    const match = matchFilter(parseFilter(filter), table, words.names)!;
    return list.rows
      .filter((row) => row.kind === 'packet' && match.packet(row.journey))
      .map(({ key }) => key);
  });
  return { words: list.rows.map((row) => rowWords(row, words)), drawn: layoutRows(list.rows, scene), found };
}

const answer = fc.record({
  sourceMac: fc.nat(6),
  destinationMac: fc.nat(6),
  source: fc.nat().map(asIpv4),
  destination: fc.nat().map(asIpv4),
  outerSource: fc.nat().map(asIpv4),
  outerDestination: fc.nat().map(asIpv4),
  sourcePort: fc.nat(65535),
  destinationPort: fc.nat(65535),
  ttl: fc.nat(255),
  protocol: fc.constantFrom(4, 6, 17),
  length: fc.nat(1500),
  signature: fc.nat(changeBits.other * 2 - 1),
  routine: fc.nat(6),
  expected: fc.constantFrom(0, 1, 2),
  encapsulated: fc.boolean(),
  fragment: fc.boolean(),
  confidence: fc.constantFrom('certain', 'strong', 'likely', 'ambiguous'),
  fate: fc.constantFrom(...fates),
  reason: fc.string(),
  decision: fc.string(),
  unexpected: fc.array(
    fc.record({ field: fc.constant('eth.dst'), seen: fc.string(), expected: fc.string() }),
  ),
} satisfies { readonly [Name in keyof HopRow]?: fc.Arbitrary<HopRow[Name]> });

/** The same recording, had forwarders done something else. */
function withOtherAnswer(mirror: Mirror, other: Partial<HopRow>): Rows {
  const { table, lab } = mirror;
  const forwards = (node: number) => lab.nodes[node]?.forwards === true;
  const isAfter = (hops: readonly HopRow[], index: number) =>
    hops.some((hop) => hop.index <= index && hop.index > 0 && forwards(hop.from));
  return new Proxy<Rows>(table, {
    get(target, name) {
      if (name === 'hopsOf') {
        return (journey: number) => {
          const hops = table.hopsOf(journey);
          const { reply, kind, flow } = table.journey(journey)!;
          const asked = table
            .journeyIds(flow)
            .some((id) => table.hopsOf(id).some(({ index, from }) => index > 0 && forwards(from)));
          if (!asked || kind.startsWith('arp')) return hops;
          return hops.map((hop) => {
            if (reply || isAfter(hops, hop.index)) return { ...hop, ...other };
            return forwards(hop.to) ? { ...hop, decision: other.decision ?? '' } : hop;
          });
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('webview: what Predict covers', () => {
  for (const name of ['dr', 'tun', 'dnat', 'dnat-plain', 'nat', 'lessons/dnat-reply-not-rewritten']) {
    it(`${name}: nothing that is shown hangs on what forwarders did`, async () => {
      const mirror = await recorded(name);
      const before = shown(mirror, mirror.table);
      fc.assert(
        fc.property(answer, (other) => {
          assert.deepEqual(shown(mirror, withOtherAnswer(mirror, other)), before);
        }),
        { numRuns: 8 },
      );
      // Not even that it was sent on, or taken.
      const fate = /forwarded|accepted|unwrapped|dropped/;
      for (const { what, change, result } of before.words)
        assert.ok(!/covered|does it change/.test(change) || !fate.test(result), `${what}: ${result}`);
      // Without the cover it does.
      const all = { signature: changeBits.wrapped, ttl: 3 };
      const plain = (rows: Rows) =>
        listRows(rows, [], new Folding(3)).rows.map((row) =>
          rowWords(row, { ...mirror.words(), table: rows }),
        );
      assert.notDeepEqual(plain(withOtherAnswer(mirror, all)), plain(mirror.table));
    });
  }

  it('DR and TUN on the same network cannot be told apart', async () => {
    const dr = await recorded('dr');
    const tun = await recorded('dr', exampleText('dr').replace(/^model: dr$/m, 'model: tun'));
    assert.equal(tun.lab.model, 'tun');
    assert.deepEqual(shown(tun, tun.table), shown(dr, dr.table));
  });

  it('of no lesson any reason, decision or mark of what is not as predicted shows', async () => {
    for (const name of exampleNames) {
      const { table, lab } = await recorded(name);
      const covered = new CoveredRows(table, lab.nodes, new Set());
      let steps = 0;
      for (const flow of covered.flowIds()) {
        for (const journey of covered.journeyIds(flow)) {
          const hops = covered.hopsOf(journey);
          const from = hops.findIndex((hop) => hop.covered);
          if (from < 0) continue;
          steps++;
          for (const hop of hops.slice(from))
            assert.deepEqual(
              [hop.covered, hop.reason, hop.decision, hop.unexpected.length, hop.signature],
              [true, '', '', 0, 0],
              name,
            );
        }
      }
      const asked = [...table.flowIds()].flatMap((flow) =>
        table.journeyIds(flow).flatMap((journey) => table.hopsOf(journey)),
      );
      const forwarded = asked.some(({ index, from }) => index > 0 && lab.nodes[from]?.forwards);
      assert.ok(!forwarded || steps > 0, name);
    }
  });

  it('what is answered can be seen: of a request at once, of a reply when it is asked too', async () => {
    const { table, lab } = await recorded('dnat');
    const open = (cover: Cover) => new CoveredRows(table, lab.nodes, cover);
    const first = nextStep(open(new Set()), lab.nodes, new Set())!;
    const covers: Cover[] = [new Set(), new Set([first.key])];
    const second = nextStep(open(covers[1]!), lab.nodes, covers[1]!, first.flow)!;
    assert.equal(second.flow, first.flow);
    assert.equal(
      second.key,
      stepKey(
        first.flow,
        true,
        lab.nodes.findIndex(({ role }) => role === 'director'),
      ),
    );
    covers.push(new Set([first.key, second.key]));
    const coveredOf = (cover: Cover, journey: number) =>
      open(cover)
        .hopsOf(journey)
        .map((hop) => hop.covered);
    const [request, reply] = [first.journey, second.journey];
    assert.deepEqual(
      covers.map((cover) => [coveredOf(cover, request), coveredOf(cover, reply)]),
      [
        [
          [false, false, true],
          [true, true, true],
        ],
        [
          [false, false, false],
          [false, true, true],
        ],
        [
          [false, false, false],
          [false, false, false],
        ],
      ],
    );
    // The same is not asked twice of one connection; the next one is asked anew.
    const third = nextStep(open(covers[2]!), lab.nodes, covers[2]!, first.flow)!;
    assert.notEqual(third.flow, first.flow);
  });
});
