import { bestLine, swingOf, type Bound } from './line.ts';

/** Bounds `[from, to)` that one line fits between. */
export interface Piece {
  /** The reading at which it begins. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly rate: number;
  /** See `swingOf`. */
  readonly swing: number;
}

/** A clock that needs so many is none: what is said of it contradicts itself. */
const MOST_PIECES = 24;
/** With fewer bounds for each piece it is none either. */
const LEAST_BOUNDS = 6;
/** Bounds on either side of a break that say where it is. */
const LOOK = 48;
/** So many may be wrong in a row (what was taken for one packet was two) … */
const MOST_STRAY = 2;
/** … when so many behind them fit. */
const ENOUGH = 12;

/**
 * The fewest pieces of a clock that was set or whose drift changed: each as long as one line fits.
 * @param bounds In order of `x`.
 * @param breakBetween Where, after one reading and not after another, the clock was set.
 * @returns The pieces, and the bounds they are of: strays are left out.
 */
export function piecesOf(
  bounds: readonly Bound[],
  breakBetween: (before: number, after: number) => number,
): {
  readonly bounds: readonly Bound[];
  readonly pieces: readonly Piece[];
} {
  let kept = bounds;
  const pieces: Piece[] = [];
  let [from, start] = [0, 0];
  while (from < kept.length) {
    let to = pieces.length === MOST_PIECES - 1 ? kept.length : longest(kept, from);
    let next = Infinity;
    if (to < kept.length) {
      const without = withoutStrays(kept, from, to);
      if (without) {
        kept = without;
        continue;
      }
      const [earliest, latest] = breaksNear(kept, from, to);
      next = breakBetween(kept[earliest - 1]!.x, kept[latest]!.x);
      to = earliest;
      while (to < latest && kept[to]!.x < next) to++;
    }
    const line = bestLine(kept, from, to);
    pieces.push({ start, from, to, rate: line.rate, swing: swingOf(kept, from, to, line) });
    [from, start] = [to, next];
  }
  const isNone = pieces.length > 2 && kept.length < LEAST_BOUNDS * pieces.length;
  if (isNone || pieces.length === MOST_PIECES)
    return { bounds, pieces: [{ start: 0, from: 0, to: bounds.length, rate: 0, swing: 0 }] };
  return { bounds: kept, pieces };
}

const fits = (bounds: readonly Bound[], from: number, to: number): boolean =>
  bestLine(bounds, from, to).room >= 0;

/** The end of the longest run that a line fits; what fits as a whole fits in part. */
function longest(bounds: readonly Bound[], from: number): number {
  const { length } = bounds;
  if (fits(bounds, from, length)) return length;
  let [good, bad] = [from + 1, length];
  for (let step = 2; from + step < length; step *= 2) {
    if (!fits(bounds, from, from + step)) {
      bad = from + step;
      break;
    }
    good = from + step;
  }
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (fits(bounds, from, middle)) good = middle;
    else bad = middle;
  }
  return good;
}

function withoutStrays(bounds: readonly Bound[], from: number, to: number): Bound[] | undefined {
  for (let count = 1; count <= MOST_STRAY; count++) {
    const after = bounds.slice(to + count, to + count + ENOUGH);
    if (after.length < ENOUGH) return undefined;
    const before = bounds.slice(from, to);
    if (before.length < ENOUGH || !fits([...before, ...after], 0, before.length + ENOUGH)) continue;
    return [...bounds.slice(0, to), ...bounds.slice(to + count)];
  }
  return undefined;
}

/**
 * A line may bend a little to take in what is behind the break already: where both sides have most room, it is. What
 * bounds neither side says nothing, so that there may be several places.
 * @returns The earliest and the latest first bound of the next piece.
 */
function breaksNear(
  bounds: readonly Bound[],
  from: number,
  to: number,
): readonly [earliest: number, latest: number] {
  const rooms: number[] = [];
  const least = Math.max(from + 1, to - LOOK);
  for (let at = least; at <= to; at++) {
    const before = finite(bestLine(bounds, Math.max(from, at - LOOK), at).room);
    const after = finite(bestLine(bounds, at, Math.min(bounds.length, at + LOOK)).room);
    rooms.push(Math.min(before, after));
  }
  const most = Math.max(...rooms);
  if (most <= 0) return [to, to];
  const isGood = (room: number): boolean => room >= most / 2;
  return [least + rooms.findIndex(isGood), least + rooms.findLastIndex(isGood)];
}

/** Bounds of one side prove nothing. */
const finite = (room: number): number => (room === Infinity ? 0 : room);
