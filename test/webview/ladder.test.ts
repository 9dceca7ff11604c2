import assert from 'node:assert/strict';
import { geometryOf, laneX } from '../../src/webview/ladder/geometry.ts';
import { layoutHeader } from '../../src/webview/ladder/header.ts';
import { nodeSlots } from '../../src/webview/ladder/lane-slots.ts';
import { laneOrder } from '../../src/webview/ladder/lanes.ts';
import { layoutRows } from '../../src/webview/ladder/layout.ts';
import { paintSvg } from '../../src/webview/ladder/paint-svg.ts';
import type { Measure } from '../../src/webview/ladder/shapes.ts';
import { faces, paperTheme } from '../../src/webview/ladder/theme.ts';
import { picture } from '../../src/webview/ladder/whole-picture.ts';
import { Names } from '../../src/webview/names.ts';
import { changesBetween, previousHop } from '../../src/webview/rows/changes.ts';
import { Folding } from '../../src/webview/rows/folding.ts';
import { listRows, type RowList } from '../../src/webview/rows/row-list.ts';
import { rowWords } from '../../src/webview/rows/row-words.ts';
import { flowKey, packetKey } from '../../src/webview/rows/row.ts';
import { golden } from '../support/golden.ts';
import { exampleNames, exampleText, Mirror, quiet } from './support/mirror.ts';

/** As wide as any font: Chinese letters are square. */
const measure: Measure = (text, face) =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.58) * faces[face].size, 0);

/** The first request's first two packets hop by hop, and every flow that failed down to its hops. */
function unfolded({ table }: Mirror): RowList {
  const ids = [...table.flowIds()];
  const first = ids.find((id) => !['arp', 'vrrp', 'probe'].includes(table.flow(id)!.kind));
  const turned = ids.flatMap((id) => {
    const packets = table.journeyIds(id).map(packetKey);
    if (table.hasFailed(id)) return [flowKey(id), ...packets];
    return id === first ? [flowKey(id), ...packets.slice(0, 2)] : [];
  });
  return listRows(table, [], new Folding(1, turned));
}

describe('webview: ladders', () => {
  for (const name of exampleNames) {
    it(`${name} in words`, async () => {
      const mirror = new Mirror(exampleText(name), name).show();
      await quiet(mirror);
      const { rows } = unfolded(mirror);
      const lines = rows.map((row) => {
        const { what, way, change, result } = rowWords(row, mirror.words());
        return '  '.repeat(row.level - 1) + [what, way, change, result].filter(Boolean).join(' | ');
      });
      golden(import.meta.url, name.replace('/', '-'), `${lines.join('\n')}\n`);
    });
  }

  for (const name of ['nat', 'dnat', 'dr', 'tun']) {
    it(`${name} as a picture`, async () => {
      const mirror = new Mirror(exampleText(name), name).show();
      await quiet(mirror);
      const { rows, index } = unfolded(mirror);
      const some = { rows: rows.slice(0, 24), index, height: 0, flows: 0 };
      const source = { ...mirror.words(), measure, timeMode: 'delta' as const };
      const drawn = picture(some, mirror.lab, { order: [], hidden: [] }, source);
      golden(
        import.meta.url,
        `${name}.svg`,
        paintSvg(drawn.shapes, drawn.width, drawn.height, paperTheme, drawn.title),
      );
    });
  }

  it('no text runs out of the picture, in either language and at any width', async () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      for (const name of ['dr', 'lessons/tunnel-mtu-filtered', 'lessons/vip-not-hidden', 'dnat']) {
        const mirror = new Mirror(exampleText(name), name, locale).show();
        await quiet(mirror);
        const source = { ...mirror.words(), measure, timeMode: 'delta' as const };
        const { shapes, width } = picture(unfolded(mirror), mirror.lab, { order: [], hidden: [] }, source);
        for (const shape of shapes) {
          if (shape.kind !== 'text') continue;
          const wide = measure(shape.text, shape.face);
          const left =
            shape.align === 'end' ? shape.x - wide : shape.align === 'middle' ? shape.x - wide / 2 : shape.x;
          assert.ok(left >= -1 && left + wide <= width + 1, `${name} ${locale}: ${shape.text}`);
        }
      }
    }
  });

  it('beside an editor nothing that matters is clipped: who it is, what was changed, which packet', async () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      for (const name of ['nat', 'dnat', 'dr', 'tun']) {
        const mirror = new Mirror(exampleText(name), name, locale).show();
        await quiet(mirror);
        const { lab } = mirror;
        const geometry = geometryOf(510, nodeSlots(laneOrder(lab.nodes, { order: [], hidden: [] })));
        const scene = {
          ...mirror.words(),
          ...{ geometry, measure, timeMode: 'delta' as const, startedAt: lab.startedAt },
          ...{ selected: undefined, hovered: undefined, highlighted: [] },
        };
        const { shapes } = layoutRows(unfolded(mirror).rows, scene);
        const head = layoutHeader({ ...scene, lab, density: 'full' }).shapes;
        const words = [...shapes, ...head].flatMap((shape) => {
          const matters =
            shape.kind === 'text' &&
            (shape.face.endsWith('trong') || (shape.face === 'small' && shape.ink === 'foreground'));
          return matters ? [shape.text] : [];
        });
        assert.ok(words.length > 10);
        assert.deepEqual(
          words.filter((text) => text.includes('…')),
          [],
          `${name} ${locale}`,
        );
      }
    }
  });

  it('what is not as predicted stands on the arrow: the field, what was seen, what was expected', async () => {
    for (const name of ['lessons/vip-not-hidden', 'lessons/dnat-reply-not-rewritten']) {
      const mirror = new Mirror(exampleText(name), name).show();
      await quiet(mirror);
      const { journeys } = mirror.recording.builder.report();
      const wrong = journeys.flatMap(({ hops }) =>
        hops.flatMap((hop) => hop.expected.filter(({ ok }) => !ok).map((one) => ({ hop, ...one }))),
      );
      assert.ok(wrong.length >= 4);
      // Every row open, addresses as they are on the wire: each value of the report stands in the picture.
      const all = [...mirror.table.flowIds()].flatMap((id) => [
        flowKey(id),
        ...mirror.table.journeyIds(id).map(packetKey),
      ]);
      const rows = listRows(mirror.table, [], new Folding(1, all));
      const words = mirror.words();
      const source = {
        ...words,
        names: new Names(mirror.lab, true),
        ...{ measure, timeMode: 'delta' as const },
      };
      const { shapes } = picture(rows, mirror.lab, { order: [], hidden: [] }, source);
      const red = shapes.flatMap((shape) =>
        shape.kind === 'text' && shape.ink === 'bad' && shape.face === 'small' ? [shape.text] : [],
      );
      for (const { observed, expected } of wrong)
        assert.ok(
          red.some((text) => text.includes(`${observed} ✗ expected ${expected}`)),
          `${observed} ${expected}`,
        );
      const arrows = shapes.filter((shape) => shape.kind === 'line' && shape.ink === 'bad');
      assert.ok(arrows.length >= wrong.length / 2);
    }
  });

  it('a ring stands where a frame should have gone in; what was told once is a dot after that', async () => {
    const mirror = new Mirror(exampleText('lessons/vip-not-hidden'), 'vip').show();
    await quiet(mirror);
    const { table } = mirror;
    const flow = [...table.flowIds()].find((id) => table.flow(id)!.kind === 'tcp')!;
    const wrong = table.journeyIds(flow).filter((id) => table.isUnexpected(id));
    assert.ok(wrong.length > 3);
    const rows = listRows(table, [], new Folding(1, [flowKey(flow), packetKey(wrong[0]!)]));
    const source = { ...mirror.words(), measure, timeMode: 'delta' as const };
    const { shapes } = picture(rows, mirror.lab, { order: [], hidden: [] }, source);
    const geometry = geometryOf(1000, nodeSlots(laneOrder(mirror.lab.nodes, { order: [], hidden: [] })));
    const director = mirror.lab.nodes.findIndex(({ role }) => role === 'director');
    const rings = shapes.filter(
      (shape) => shape.kind === 'circle' && shape.stroke === 'bad' && shape.x === laneX(geometry, director),
    );
    assert.equal(rings.length, 1);
    assert.ok(shapes.some((shape) => shape.kind === 'text' && shape.text === 'should have entered here'));
    const dots = shapes.filter((shape) => shape.kind === 'circle' && shape.fill === 'bad' && shape.x < 40);
    assert.equal(dots.length, wrong.length - 1);
  });

  it('what is not as predicted is no routine', async () => {
    const mirror = new Mirror(exampleText('lessons/vip-not-hidden'), 'vip').show();
    await quiet(mirror);
    const { names, text, table } = mirror.words();
    const hops = [...table.flowIds()].flatMap((id) => table.journeyIds(id)).map((id) => table.hopsOf(id));
    const wrong = hops.flatMap((all) =>
      all.flatMap((hop, index) => (hop.unexpected.length > 0 && index > 0 ? [{ all, hop, index }] : [])),
    );
    assert.ok(wrong.length > 5);
    for (const { all, hop, index } of wrong) {
      const { routine, more } = changesBetween(previousHop(all, index), hop, names, text);
      assert.ok(!routine.some(({ field }) => field === 'dst.mac'));
      assert.equal(routine.length + more, hop.routine - 1);
    }
  });

  it('an arrow that passes a lane breaks there', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    await quiet(mirror);
    const source = { ...mirror.words(), measure, timeMode: 'delta' as const };
    const { shapes } = picture(unfolded(mirror), mirror.lab, { order: [], hidden: [] }, source);
    const lanes = shapes.flatMap((shape) =>
      shape.kind === 'line' && shape.ink === 'lane' ? [shape.x1] : [],
    );
    const arrows = shapes.filter(
      (shape) => shape.kind === 'line' && (shape.ink === 'request' || shape.ink === 'reply'),
    );
    assert.ok(arrows.length > 10 && lanes.length > 4);
    for (const shape of arrows) {
      if (shape.kind !== 'line') continue;
      const [low, high] = [Math.min(shape.x1, shape.x2), Math.max(shape.x1, shape.x2)];
      assert.deepEqual(
        lanes.filter((x) => x > low + 2 && x < high - 9),
        [],
      );
    }
  });
});
