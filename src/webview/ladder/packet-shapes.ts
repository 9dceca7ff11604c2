import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import { aroundDirector, packetDetail, packetMarks, packetTitle, wrongMark } from '../rows/row-words.ts';
import { formatMoment } from '../time-format.ts';
import { inkOf } from './arrival.ts';
import { arrowStyle } from './arrow-style.ts';
import { laneX, type Geometry } from './geometry.ts';
import { hopEnds, hopPath } from './hop-path.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit, type Ink } from './shapes.ts';
import { twisty } from './twisty.ts';

/** A packet in one line: folded, its way over the lanes; unfolded, a title for its hops. */
export function packetShapes(sheet: Sheet, row: RowOf<'packet'>, scene: Scene): void {
  const { table, text, geometry, measure, timeMode, startedAt } = scene;
  const journey = table.journey(row.journey);
  if (!journey) return;
  const { gutter, narrow, view } = geometry;
  const y = row.top + row.height / 2;
  twisty(sheet, row, 30, y);
  const title = packetTitle(journey, text);
  const trouble = journey.outcome === 'lost' || journey.outcome === 'dropped';
  const ink: Ink = trouble ? 'bad' : 'foreground';
  sheet.shapes.push({
    kind: 'text',
    x: 42,
    y,
    text: fit(title, 'smallStrong', gutter - 38, measure),
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
  const hops = table.hopsOf(row.journey);
  const wrong = wrongMark(journey, hops, scene);
  const marks = [...packetMarks(journey, text), wrong?.again ? '' : wrong?.words, journey.reason]
    .filter(Boolean)
    .join(' · ');
  const marksInk = wrong ? 'bad' : inkOfMarks(journey, hops.at(-1));
  const detail = packetDetail(journey, text);
  if (wrong?.again) dot(sheet, row, y, wrong.words);
  if (row.open) {
    const direction = text(journey.reply ? 'direction.reply' : 'direction.request');
    const x = Math.max(view.left, gutter) + 8;
    const words = fit(
      [direction, aroundDirector(journey, hops, scene), detail].filter(Boolean).join(' · '),
      'small',
      view.right - x - 16,
      measure,
    );
    sheet.shapes.push({ kind: 'text', x, y, text: words, ink: 'muted', face: 'small', halo: true });
    const marksAt = x + measure(words, 'small') + 12;
    const room = view.right - marksAt - 14;
    if (!marks || room < 20) return;
    const shown = fit(marks, 'small', room, measure);
    sheet.shapes.push({
      kind: 'text',
      x: marksAt,
      y,
      text: shown,
      ink: marksInk,
      face: 'small',
      halo: true,
    });
    return;
  }
  way(sheet, hops, journey, y, scene);
  const remark = marks || detail;
  if (!remark) return;
  const x = remarkX(hops, geometry, measure(remark, 'small'));
  const room = view.right - x - 12;
  if (room < LEAST_REMARK) return;
  sheet.shapes.push({
    kind: 'text',
    x,
    y,
    text: fit(remark, 'small', room, measure),
    ink: marks ? marksInk : 'muted',
    face: 'small',
    halo: true,
  });
  sheet.hits.push({ x, y: row.top, width: room, height: row.height, title: remark });
}

/** That something is not known is no fault. */
export function inkOfMarks(
  { outcome, retransmission, confidence }: Pick<JourneyRow, 'outcome' | 'retransmission' | 'confidence'>,
  last: Pick<HopRow, 'fate' | 'reason'> | undefined,
): Ink {
  if (retransmission || outcome === 'lost' || outcome === 'dropped') return 'bad';
  if (last && inkOf(last) === 'bad') return 'bad';
  return outcome === 'ambiguous' || confidence === 'ambiguous' ? 'warn' : 'muted';
}

/** Beside a packet's name: not as predicted, in the way that an earlier one has told. */
function dot({ shapes, hits }: Sheet, row: RowOf<'packet'>, y: number, title: string): void {
  shapes.push({ kind: 'circle', x: 18, y, radius: 3.5, fill: 'bad' });
  hits.push({ x: 10, y: row.top, width: 12, height: row.height, title });
}

/** Shorter a remark says nothing. */
const LEAST_REMARK = 36;

/** Behind all lanes; where it does not fit there, behind those that the packet touched. */
function remarkX(hops: readonly HopRow[], geometry: Geometry, wanted: number): number {
  const { view } = geometry;
  // Scrolled sideways, it stays at the edge of what is in view.
  if (geometry.width > view.right) return Math.max(view.left + geometry.gutter, view.right - 12 - wanted);
  const behind = geometry.right + 4;
  if (!geometry.narrow && wanted <= view.right - behind - 12) return behind;
  const touched = hops.flatMap((hop) => hopEnds(hop, geometry) ?? []).flatMap(({ from, to }) => [from, to]);
  return Math.min(behind, Math.max(geometry.gutter, ...touched) + 14);
}

/** How far the line moves down where a packet turns back, so that it does not run over itself. */
const TURN = 9;

/** A line over all lanes it touches, with a head at its end only. */
function way(
  { shapes }: Sheet,
  hops: readonly HopRow[],
  journey: JourneyRow,
  y: number,
  { geometry }: Scene,
): void {
  const turns = turnsOf(hops, geometry);
  const last = turns[turns.length - 1] ?? 0;
  const height = (index: number) => y + (turns[index]! - last / 2) * TURN;
  for (const [index, hop] of hops.entries()) {
    const goesOn = hops.some(({ from, index: other }) => other > hop.index && from === hop.to);
    const x = laneX(geometry, hop.from);
    if (index > 0 && x !== undefined && turns[index] !== turns[index - 1]) {
      const { ink, width } = arrowStyle(journey, hop);
      shapes.push({ kind: 'line', x1: x, y1: height(index - 1), x2: x, y2: height(index), ink, width });
    }
    shapes.push(...hopPath(journey, hop, height(index), geometry, { goesOn }));
  }
}

/** For each hop how often the packet has turned back before it. */
function turnsOf(hops: readonly HopRow[], geometry: Geometry): number[] {
  let turns = 0;
  let direction = 0;
  return hops.map((hop) => {
    const ends = hopEnds(hop, geometry);
    const now = ends ? Math.sign(ends.to - ends.from) : 0;
    // Copies of a broadcast leave together: no turn.
    if (now !== 0 && direction !== 0 && now !== direction && !hop.broadcast) turns++;
    if (now !== 0) direction = now;
    return Math.min(turns, 2);
  });
}
