import type { Dash, Ink, Shape } from './shapes.ts';

export interface ArrowStyle {
  readonly ink: Ink;
  readonly width: number;
  readonly dash?: Dash;
  /** Requests have a filled head, replies an open one. */
  readonly head: 'filled' | 'open' | 'none';
  /** In an envelope: two lines. */
  readonly double: boolean;
}

/** Room left at a lane that an arrow passes: it must not seem to enter it. */
const GAP = 7;
const HEAD = 8;
/** From the middle of a lane to where an arrow begins or ends. */
const CLEAR = 1;
/** How far before its end a line stops for its head. */
const necks = { filled: HEAD - 1, open: 1, none: 0 } as const;

/** A line from one lane to another that visibly breaks where it passes one. */
export function arrow(
  from: number,
  to: number,
  y: number,
  passed: readonly number[],
  style: ArrowStyle,
): Shape[] {
  const step = Math.sign(to - from) || 1;
  const end = to - step * CLEAR;
  const neck = end - step * necks[style.head];
  return [...brokenLine(from, neck, y, passed, style), ...head(end, y, step, style)];
}

/** The same for a frame that did not get there: it ends in a cross on the way. */
export function lostArrow(
  from: number,
  to: number,
  y: number,
  passed: readonly number[],
  style: ArrowStyle,
): Shape[] {
  const step = Math.sign(to - from) || 1;
  const length = Math.abs(to - from);
  const end = from + step * Math.max(22, length * 0.62);
  const before = passed.filter((x) => (x - from) * step < (end - from) * step);
  return [...brokenLine(from, end - step * 7, y, before, style), ...cross(end, y, 5)];
}

export function cross(x: number, y: number, size: number): Shape[] {
  const line = (sign: number): Shape => ({
    kind: 'line',
    x1: x - size,
    y1: y - size * sign,
    x2: x + size,
    y2: y + size * sign,
    ink: 'bad',
    width: 2.4,
  });
  return [line(1), line(-1)];
}

function brokenLine(
  from: number,
  to: number,
  y: number,
  passed: readonly number[],
  style: ArrowStyle,
): Shape[] {
  const step = Math.sign(to - from) || 1;
  const stops = passed.toSorted((a, b) => (a - b) * step);
  const shapes: Shape[] = [];
  let at = from;
  for (const x of stops) {
    shapes.push(...strokes(at, x - step * GAP, y, style));
    at = x + step * GAP;
  }
  shapes.push(...strokes(at, to, y, style));
  return shapes;
}

function strokes(x1: number, x2: number, y: number, { ink, width, dash, double }: ArrowStyle): Shape[] {
  const line = (dy: number, thick: number): Shape => ({
    kind: 'line',
    x1,
    y1: y + dy,
    x2,
    y2: y + dy,
    ink,
    width: thick,
    ...(dash && { dash }),
  });
  return double ? [line(-2, 1.3), line(2, 1.3)] : [line(0, width)];
}

function head(x: number, y: number, step: number, { ink, head: form, double }: ArrowStyle): Shape[] {
  if (form === 'none') return [];
  const back = x - step * HEAD;
  const half = double ? 5.5 : 4.5;
  const points = [back, y - half, x, y, back, y + half];
  if (form === 'filled') return [{ kind: 'polygon', points, closed: true, fill: ink }];
  return [{ kind: 'polygon', points, closed: false, stroke: ink, width: 1.8 }];
}
