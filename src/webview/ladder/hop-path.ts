import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import { arrow, cross, lostArrow } from './arrow.ts';
import { arrowStyle } from './arrow-style.ts';
import { laneX, type Geometry } from './geometry.ts';
import type { Shape } from './shapes.ts';

/** How far an arrow reaches when the other end has no lane on show. */
const STUB = 40;
/** And to either side of a lane that has both its ends. */
const WITHIN = 14;

export interface HopEnds {
  readonly from: number;
  readonly to: number;
  /** Lanes between the two. */
  readonly passed: readonly number[];
}

/** `undefined` when neither end has a lane. */
export function hopEnds(hop: HopRow, geometry: Geometry): HopEnds | undefined {
  const from = laneX(geometry, hop.from);
  const to = laneX(geometry, hop.to);
  if (from === undefined && to === undefined) return undefined;
  const beside = (x: number) => (x + STUB < geometry.right ? x + STUB : x - STUB);
  const start = from ?? beside(to!) - 2 * (beside(to!) - to!);
  const end = to ?? beside(start);
  // Both are folded into one lane.
  if (start === end) return { from: start - WITHIN, to: start + WITHIN, passed: [] };
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  const passed = geometry.lanes.flatMap(({ slot, x }) =>
    slot.kind !== 'fold' && x > low + 1 && x < high - 1 ? [x] : [],
  );
  return { from: start, to: end, passed };
}

/**
 * One hop's arrow with the mark where it begins: a diamond where headers were rewritten, else a dot.
 * @param folded Of a packet in one line, where no words below say how it ended: whether it goes on from here.
 */
export function hopPath(
  journey: JourneyRow,
  hop: HopRow,
  y: number,
  geometry: Geometry,
  folded?: { readonly goesOn: boolean },
): Shape[] {
  const ends = hopEnds(hop, geometry);
  return ends ? hopLine(ends, journey, hop, y, folded) : [];
}

/** The same between two places. */
export function hopLine(
  { from, to, passed }: HopEnds,
  journey: Pick<JourneyRow, 'kind' | 'reply'>,
  hop: Pick<HopRow, 'encapsulated' | 'signature' | 'expected' | 'fate'>,
  y: number,
  folded?: { readonly goesOn: boolean },
): Shape[] {
  const full = arrowStyle(journey, hop);
  const dropped = folded !== undefined && hop.fate === 'dropped';
  const style = dropped || folded?.goesOn ? { ...full, head: 'none' as const } : full;
  const lost = hop.fate === 'lost';
  const line = lost ? lostArrow(from, to, y, passed, style) : arrow(from, to, y, passed, style);
  const start: Shape = hop.signature
    ? {
        kind: 'polygon',
        points: [from - 5, y, from, y - 5, from + 5, y, from, y + 5],
        closed: true,
        fill: 'signature',
      }
    : { kind: 'circle', x: from, y, radius: 3, fill: style.ink };
  return [
    ...line,
    ...(hop.encapsulated ? envelope(from, to, y, folded ? FOLDED_ENVELOPE : ENVELOPE) : []),
    start,
    ...(dropped ? cross(to, y, 4.5) : []),
  ];
}

/** Heights; smaller where the lines of a packet that turns back lie close together. */
const ENVELOPE = 12;
const FOLDED_ENVELOPE = 8;

/** A letter on the line: a packet inside another one. */
function envelope(from: number, to: number, y: number, height: number): Shape[] {
  const x = from + (to - from) * 0.42;
  const width = (height * 4) / 3;
  const [left, top, right] = [x - width / 2, y - height / 2, x + width / 2];
  return [
    {
      kind: 'rect',
      x: left,
      y: top,
      width,
      height,
      radius: 1.5,
      fill: 'background',
      stroke: 'signature',
    },
    {
      kind: 'polygon',
      points: [left, top, x, y + height / 12, right, top],
      closed: false,
      stroke: 'signature',
      width: 1,
    },
  ];
}
