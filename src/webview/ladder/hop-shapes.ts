import type { HopRow } from '../records/hop-row.ts';
import { changesBetween, previousHop } from '../rows/changes.ts';
import { hasArrivalLine, hasHeaderLine, HOP_ARROW, HOP_TEXT } from '../rows/heights.ts';
import { headerText } from '../rows/row-words.ts';
import { formatMoment } from '../time-format.ts';
import { arrival } from './arrival.ts';
import { missedNode, unexpectedTexts } from '../rows/unexpected.ts';
import { chips, wrongChips } from './chips.ts';
import { laneX } from './geometry.ts';
import { hopEnds, hopPath } from './hop-path.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit, type Shape } from './shapes.ts';

const NARROW_MARGIN = 28;

/** A hop: its arrow; below it the whole header or what was changed; below that what the receiver did. */
export function hopShapes(sheet: Sheet, row: RowOf<'hop'>, scene: Scene): void {
  const { table, geometry } = scene;
  const journey = table.journey(row.journey);
  const hops = table.hopsOf(row.journey);
  const hop = hops[row.hop];
  if (!journey || !hop) return;
  const y = row.top + HOP_ARROW / 2 + 3;
  sheet.shapes.push(...hopPath(journey, hop, y, geometry));
  margins(sheet, hop, y, journey.timeNs, scene);
  let line = row.top + HOP_ARROW + HOP_TEXT / 2 + 1;
  if (hasHeaderLine(hop)) {
    headers(sheet, hops, row.hop, line, scene);
    line += HOP_TEXT;
  }
  missed(sheet, hop, y, hasArrivalLine(hop) ? line : undefined, scene);
  if (!hasArrivalLine(hop)) return;
  const at = laneX(geometry, hop.to) ?? hopEnds(hop, geometry)?.to;
  if (at !== undefined) arrival(sheet, hop, at, line, scene);
}

/**
 * Where a frame should have gone in and did not: a ring in the gap that its arrow leaves there.
 * @param line Where words may stand, if there is a line that leaves room for them.
 */
function missed(sheet: Sheet, hop: HopRow, y: number, line: number | undefined, scene: Scene): void {
  const { geometry, names, text, measure } = scene;
  const node = missedNode(hop, names);
  const x = node === undefined ? undefined : laneX(geometry, node);
  if (x === undefined) return;
  const words = text('panel.missed');
  sheet.shapes.push(missedRing(x, y));
  sheet.hits.push({ x: x - 8, y: y - 8, width: 16, height: 16, title: words });
  // What the receiver did stands on the other side.
  const ends = hopEnds(hop, geometry);
  if (line === undefined || !ends || (x - ends.from) * (ends.to - x) <= 0) return;
  const before = ends.to > ends.from;
  const room = before ? x - 10 - geometry.gutter : geometry.width - 12 - (x + 10);
  sheet.shapes.push({
    kind: 'text',
    x: before ? x - 10 : x + 10,
    y: line,
    text: fit(words, 'small', room, measure),
    ink: 'bad',
    face: 'small',
    align: before ? 'end' : 'start',
    halo: true,
  });
}

/** Round the gap of a lane that a frame should have gone in at. */
export function missedRing(x: number, y: number): Shape {
  return { kind: 'circle', x, y, radius: 5, fill: 'background', stroke: 'bad' };
}

/** The time on the left, the segment on the right. */
function margins(sheet: Sheet, hop: HopRow, y: number, startNs: number, scene: Scene): void {
  const { geometry, names, measure, timeMode, startedAt, text } = scene;
  const time = formatMoment(hop.timeNs, timeMode, startedAt, startNs);
  sheet.shapes.push({
    kind: 'text',
    x: geometry.gutter - 8,
    y,
    text: time,
    ink: 'muted',
    face: 'monoSmall',
    align: 'end',
  });
  if (hop.confidence === 'ambiguous' || hop.confidence === 'likely') {
    const title = text(`panel.confidence.${hop.confidence}`);
    sheet.shapes.push({ kind: 'text', x: 44, y, text: '?', ink: 'warn', face: 'strong' });
    sheet.hits.push({ x: 38, y: y - 10, width: 20, height: 20, title });
  }
  if (geometry.narrow) return;
  const segment = [names.segment(hop.segment), hop.fragment ? text('panel.fragment') : '']
    .filter(Boolean)
    .join(' · ');
  const x = geometry.right + 4;
  const shown = fit(segment, 'small', geometry.width - x - 12, measure);
  sheet.shapes.push({ kind: 'text', x, y, text: shown, ink: 'muted', face: 'small' });
}

function headers(sheet: Sheet, hops: readonly HopRow[], index: number, y: number, scene: Scene): void {
  const { geometry, names, text, measure } = scene;
  const hop = hops[index]!;
  const ends = hopEnds(hop, geometry);
  const middle = ends ? (ends.from + ends.to) / 2 : geometry.gutter;
  // The margin is empty on this line, and a narrow panel needs it.
  const left = geometry.view.left + (geometry.narrow ? NARROW_MARGIN : geometry.gutter + 4);
  const room = { middle, left, right: geometry.view.right - 12, y };
  const wrong = unexpectedTexts(hop, names, text);
  const before = previousHop(hops, index);
  if (before || hop.covered)
    return chips(sheet, changesBetween(before, hop, names, text), wrong, room, text, measure);
  room.right = wrongChips(sheet, wrong, room, measure);
  const words = headerText(hop, names);
  const shown = fit(words, 'monoSmall', room.right - room.left, measure);
  const width = measure(shown, 'monoSmall');
  const x = Math.max(room.left, Math.min(middle - width / 2, room.right - width));
  sheet.shapes.push({
    kind: 'text',
    x: Math.round(x),
    y,
    text: shown,
    ink: 'foreground',
    face: 'monoSmall',
    halo: true,
  });
  if (shown !== words) sheet.hits.push({ x, y: y - 9, width, height: 18, title: words });
}
