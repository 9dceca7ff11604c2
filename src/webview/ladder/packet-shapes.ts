import { packetMarks, packetTitle } from '../rows/row-words.ts';
import { formatMoment } from '../time-format.ts';
import { hopPath } from './hop-path.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit, type Ink } from './shapes.ts';
import { twisty } from './twisty.ts';

/** A packet in one line: folded, its way over the lanes; unfolded, a title for its hops. */
export function packetShapes(sheet: Sheet, row: RowOf<'packet'>, scene: Scene): void {
  const { table, text, geometry, measure, timeMode, startedAt } = scene;
  const journey = table.journey(row.journey);
  if (!journey) return;
  const { gutter, right, width, narrow } = geometry;
  const y = row.top + row.height / 2;
  twisty(sheet, row, 30, y);
  const title = packetTitle(journey, text);
  const trouble = journey.outcome === 'lost' || journey.outcome === 'dropped';
  const ink: Ink = trouble ? 'bad' : 'foreground';
  sheet.shapes.push({
    kind: 'text',
    x: 42,
    y,
    text: fit(title, 'smallStrong', gutter - 46, measure),
    ink,
    face: 'smallStrong',
  });
  if (!narrow) {
    const beforeNs = table.startOf(row.flow);
    const time = formatMoment(journey.timeNs, timeMode, startedAt, beforeNs);
    const room = gutter - 8 - 42 - measure(title, 'smallStrong') - 6;
    if (measure(time, 'monoSmall') <= room) {
      sheet.shapes.push({
        kind: 'text',
        x: gutter - 8,
        y,
        text: time,
        ink: 'muted',
        face: 'monoSmall',
        align: 'end',
      });
    }
  }
  const marks = [...packetMarks(journey, text), journey.reason].filter(Boolean).join(' · ');
  if (row.open) {
    const direction = text(journey.reply ? 'direction.reply' : 'direction.request');
    const words = [direction, journey.detail, marks].filter(Boolean).join(' · ');
    const value = fit(words, 'small', width - gutter - 24, measure);
    sheet.shapes.push({
      kind: 'text',
      x: gutter + 8,
      y,
      text: value,
      ink: trouble ? 'bad' : 'muted',
      face: 'small',
      halo: true,
    });
    return;
  }
  const hops = table.hopsOf(row.journey);
  for (const hop of hops) {
    const goesOn = hops.some(({ from, index }) => index > hop.index && from === hop.to);
    sheet.shapes.push(...hopPath(journey, hop, y, geometry, goesOn));
  }
  const remark = marks || journey.detail;
  if (narrow || !remark) return;
  const value = fit(remark, 'small', width - right - 16, measure);
  sheet.shapes.push({
    kind: 'text',
    x: right + 4,
    y,
    text: value,
    ink: marks ? 'bad' : 'muted',
    face: 'small',
  });
  sheet.hits.push({ x: right, y: row.top, width: width - right, height: row.height, title: remark });
}
