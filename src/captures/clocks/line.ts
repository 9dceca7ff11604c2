/** What is added to a clock when it reads `x` is at most, or at least, `value`. Nanoseconds. */
export interface Bound {
  readonly x: number;
  readonly value: number;
  readonly isUpper: boolean;
  /** Which passage says so, by its place; -1 for what is assumed. */
  readonly passage: number;
}

/** What is added to a clock, as a line between bounds from above and from below. */
export interface Line {
  /** Nanoseconds for each nanosecond. */
  readonly rate: number;
  /** The room between the bounds along the line: negative when it does not fit; infinite with bounds on one side only. */
  readonly room: number;
}

/** Crystals of computers are off by tens of millionths; a virtual machine's by hundreds. */
const MOST_RATE = 1e-3;
/** Enough to come from `MOST_RATE` to a millionth of it. */
const ROUNDS = 36;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** A clock is told to drift only when that makes this much more room. */
const WORTH = 2;

/** The room between bounds `[from, to)` along a line of that rate. */
export function roomAt(bounds: readonly Bound[], from: number, to: number, rate: number): number {
  const [low, high] = between(bounds, from, to, rate, bounds[from]?.x ?? 0);
  return high - low;
}

/** The least and the most that a line of that rate may have at `x`; infinite where no bound is. */
export function between(
  bounds: readonly Bound[],
  from: number,
  to: number,
  rate: number,
  x: number,
): readonly [low: number, high: number] {
  let [low, high] = [-Infinity, Infinity];
  for (let i = from; i < to; i++) {
    const bound = bounds[i]!;
    const value = bound.value - rate * (bound.x - x);
    if (bound.isUpper) high = value < high ? value : high;
    else low = value > low ? value : low;
  }
  return [low, high];
}

/** The line with the most room, which is a concave function of its rate; a level one when it has nearly as much. */
export function bestLine(bounds: readonly Bound[], from: number, to: number): Line {
  const level = roomAt(bounds, from, to, 0);
  if (level === Infinity) return { rate: 0, room: level };
  const [rate, room] = highest((at) => roomAt(bounds, from, to, at), -MOST_RATE, MOST_RATE);
  return level > 0 && level * WORTH >= room ? { rate: 0, room: level } : { rate, room };
}

/** By how much the ends of lines that fit may lie beside those of this rate, beyond the room that it has itself. */
export function swingOf(bounds: readonly Bound[], from: number, to: number, { rate, room }: Line): number {
  if (!(room > 0) || room === Infinity) return 0;
  let swing = 0;
  for (const { x } of [bounds[from]!, bounds[to - 1]!]) {
    const [low, high] = between(bounds, from, to, rate, x);
    // What does not fit bounds nothing: its room is negative.
    const fits = (at: number, value: (low: number, high: number) => number): number => {
      const [least, most] = between(bounds, from, to, at, x);
      return least > most ? -1e18 - (least - most) : value(least, most);
    };
    const above = highest((at) => fits(at, (_, most) => most), -MOST_RATE, MOST_RATE, rate)[1];
    const below = highest((at) => fits(at, (least) => -least), -MOST_RATE, MOST_RATE, rate)[1];
    swing = Math.max(swing, above - high, below + low);
  }
  return swing;
}

/** Of a concave function, by golden sections; no worse than at `known`. */
function highest(
  of: (at: number) => number,
  from: number,
  to: number,
  known = 0,
): readonly [at: number, value: number] {
  let [low, high] = [from, to];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atA, atB] = [of(a), of(b)];
  for (let round = 0; round < ROUNDS; round++) {
    if (atA < atB) {
      [low, a, atA] = [a, b, atB];
      b = low + GOLDEN * (high - low);
      atB = of(b);
    } else {
      [high, b, atB] = [b, a, atA];
      a = high - GOLDEN * (high - low);
      atA = of(a);
    }
  }
  const [at, value] = atA > atB ? [a, atA] : [b, atB];
  const atKnown = of(known);
  return atKnown >= value ? [known, atKnown] : [at, value];
}
