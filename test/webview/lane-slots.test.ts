import assert from 'node:assert/strict';
import { geometryOf, laneRoom } from '../../src/webview/ladder/geometry.ts';
import { laneRanks } from '../../src/webview/ladder/lane-ranks.ts';
import { laneSlots, type LaneSlot, type Role } from '../../src/webview/ladder/lane-slots.ts';
import { laneOrder } from '../../src/webview/ladder/lanes.ts';
import { layoutRows } from '../../src/webview/ladder/layout.ts';
import { Folding } from '../../src/webview/rows/folding.ts';
import { listRows } from '../../src/webview/rows/row-list.ts';
import { flowKey, packetKey } from '../../src/webview/rows/row.ts';
import { crowdText } from './support/crowd.ts';
import { exampleText, Mirror, quiet } from './support/mirror.ts';

const measure = (text: string): number => text.length * 7;
const noChoice = { order: [], hidden: [] };

/** What stands in the lanes, by name: `c1`, `5 client`, `‹server`. */
function lanesOf(
  mirror: Mirror,
  width: number,
  opened: readonly string[],
  more: { unfolded?: readonly Role[]; selected?: string } = {},
): { names: string[]; slots: readonly LaneSlot[] } {
  const { table, lab } = mirror;
  const { nodes } = lab;
  const { rows, index } = listRows(table, [], new Folding(1, opened));
  const selected = more.selected === undefined ? undefined : rows[index.get(more.selected)!];
  const wishes = { nodes, table, rows, selected, highlighted: [] };
  const ranks = () => laneRanks({ ...wishes, inView: [0, 20] });
  const slots = laneSlots(nodes, laneOrder(nodes, noChoice), laneRoom(width), more.unfolded ?? [], ranks);
  const names = slots.map((slot) =>
    slot.kind === 'node'
      ? nodes[slot.node]!.name
      : slot.kind === 'folded'
        ? `${slot.nodes.length} ${slot.role}`
        : `‹${slot.role}`,
  );
  return { names, slots };
}

async function mirrorOf(text: string): Promise<Mirror> {
  const mirror = new Mirror(text, 'test').show();
  await quiet(mirror);
  return mirror;
}

const flowOf = ({ table }: Mirror, client: string, lab: Mirror['lab']): number =>
  [...table.flowIds()].find((id) => {
    const flow = table.flow(id)!;
    return flow.kind === 'tcp' && lab.nodes[flow.client]?.name === client;
  })!;

describe('webview: lanes when there are too many', () => {
  it('those that nothing in view needs fold, role by role; director and servers in use stay', async () => {
    const mirror = await mirrorOf(exampleText('lessons/hash-reshuffle'));
    const { names } = lanesOf(mirror, 760, []);
    assert.deepEqual(names, ['c1', '5 client', 'router', 'director', 'rs1', 'rs2', 'rs3', 'rs4']);
    const flow = flowOf(mirror, 'c5', mirror.lab);
    const opened = [flowKey(flow), ...mirror.table.journeyIds(flow).map(packetKey)];
    const shown = lanesOf(mirror, 700, opened, { selected: flowKey(flow) }).names;
    for (const name of ['c5', 'router', 'director']) assert.ok(shown.includes(name), shown.join());
    assert.ok(shown.includes('5 client'), shown.join());
    const { server } = mirror.table.flow(flow)!;
    assert.ok(shown.includes(mirror.lab.nodes[server]!.name), shown.join());
  });

  it('with 40 nodes they all have room, and the way of the opened flow is there', async () => {
    const mirror = await mirrorOf(crowdText(18, 20));
    const flow = flowOf(mirror, 'c17', mirror.lab);
    const opened = [flowKey(flow), ...mirror.table.journeyIds(flow).map(packetKey)];
    for (const width of [500, 900, 1540]) {
      const { names, slots } = lanesOf(mirror, width, opened, { selected: flowKey(flow) });
      const server = mirror.lab.nodes[mirror.table.flow(flow)!.server]!.name;
      for (const name of ['c17', 'router', 'director', server])
        assert.ok(names.includes(name), `${width}: ${names}`);
      assert.equal(geometryOf(width, slots).width, width);
      const all = slots.flatMap((slot) =>
        slot.kind === 'node' ? [slot.node] : slot.kind === 'folded' ? slot.nodes : [],
      );
      assert.equal(new Set(all).size, 40);
    }
  });

  it('what the reader unfolds is there though it has no room, with something to fold it again', async () => {
    const mirror = await mirrorOf(crowdText(18, 20));
    const { names, slots } = lanesOf(mirror, 900, [], { unfolded: ['server'] });
    assert.equal(names.filter((name) => name.startsWith('rs')).length, 20);
    assert.equal(names.at(-1), '‹server');
    assert.ok(geometryOf(900, slots).width > 900);
  });

  it('where all have room, none is folded and nobody asks which are wanted', async () => {
    const { lab } = await mirrorOf(exampleText('dr'));
    const order = laneOrder(lab.nodes, noChoice);
    const slots = laneSlots(lab.nodes, order, laneRoom(760), [], () => assert.fail());
    assert.ok(slots.every(({ kind }) => kind === 'node'));
  });

  it('scrolled sideways, results stay at the right edge of what is in view', async () => {
    const mirror = await mirrorOf(crowdText(18, 20));
    const { slots } = lanesOf(mirror, 900, [], { unfolded: ['server', 'client'] });
    for (const scrolled of [0, 700]) {
      const geometry = geometryOf(900, slots, scrolled);
      const { rows } = listRows(mirror.table, [], new Folding(1));
      const scene = {
        ...mirror.words(),
        ...{ geometry, measure, timeMode: 'delta' as const, startedAt: mirror.lab.startedAt },
        ...{ selected: undefined, hovered: undefined, highlighted: [] },
      };
      const texts = layoutRows(rows, scene).shapes.flatMap((shape) => (shape.kind === 'text' ? [shape] : []));
      assert.ok(texts.some(({ text }) => text === '200 OK'));
      for (const { x, align, text } of texts) {
        const [left, right] = align === 'end' ? [x - measure(text), x] : [x, x + measure(text)];
        assert.ok(left >= scrolled && right <= scrolled + 900, `${text} at ${left}`);
      }
    }
  });
});
