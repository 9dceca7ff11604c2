import type { Bound } from './line.ts';
import type { ClockPair } from './pairs.ts';

/** A host's clock as it is worked with: numbers, counted from its first time, for nanoseconds since 1970 exceed what a number holds. */
export interface Readings {
  readonly host: string;
  readonly base: bigint;
  /** Of all its records, from the base, ascending. */
  readonly times: Float64Array;
  /** Where it was set back, as `ownTimesOf` found it. */
  readonly breaks: readonly number[];
}

/** A pair between two hosts, by their places in the list and their own readings. */
export interface Passage {
  readonly from: number;
  readonly sent: number;
  readonly to: number;
  readonly received: number;
}

/** A host and the times of its records by its own clock, as `ownTimesOf` tells them. */
export interface ClockHost {
  readonly name: string;
  readonly times: readonly bigint[];
  readonly breaks?: readonly bigint[];
}

export function readingsOf({ name, times, breaks = [] }: ClockHost): Readings {
  const base = times.reduce((least, time) => (time < least ? time : least), times[0] ?? 0n);
  const from = (time: bigint): number => Number(time - base);
  return { host: name, base, times: Float64Array.from(times, from).sort(), breaks: breaks.map(from) };
}

/**
 * The one whose clock others are told by: the first that was never set back. How long the moment was in which a clock was set
 * nobody knows, and by such a clock all others would seem to have been set.
 */
export function steadiest(readings: readonly Readings[]): Readings | undefined {
  return readings.find(({ breaks }) => breaks.length === 0) ?? readings[0];
}

/** Pairs of hosts that are not in the list are left out. */
export function passagesOf(readings: readonly Readings[], pairs: readonly ClockPair[]): Passage[] {
  const places = new Map(readings.map(({ host }, index) => [host, index]));
  return pairs.flatMap(({ from, sentNs, to, receivedNs }) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined || a === b) return [];
    const sent = Number(sentNs - readings[a]!.base);
    return [{ from: a, sent, to: b, received: Number(receivedNs - readings[b]!.base) }];
  });
}

/** Somewhere between two readings the clock was set: where it was set back, or in the longest pause. */
export function breakBetween({ times, breaks }: Readings, before: number, after: number): number {
  const known = breaks.find((one) => one > before && one <= after);
  if (known !== undefined) return known;
  let [at, longest] = [after, 0];
  for (let i = placeAfter(times, before); i < times.length && times[i]! <= after; i++) {
    const pause = times[i]! - times[i - 1]!;
    if (pause > longest) [at, longest] = [times[i]!, pause];
  }
  return at;
}

/** The last reading before `x`, or `x` when there is none. */
export function lastBefore({ times }: Readings, x: number): number {
  const after = placeAfter(times, x);
  for (let i = after - 1; i >= 0; i--) if (times[i]! < x) return times[i]!;
  return Number.isFinite(x) ? x : 0;
}

/** The first place whose time is later. */
function placeAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Stamps of microseconds are this wrong. */
const TOLERANCE = 1000;
/** Of more bounds the tightest of equal parts are kept. */
const MOST_BOUNDS = 4096;
/** With packets one way only: the fastest of so many … */
const BLOCK = 8;
/** … is at most this much slower than the fastest of all. Assumed to find drift and steps, and for nothing else. */
const UNEVEN = 5e6;

/** In order of `x`, not too many, and from both sides. */
export function workable(all: readonly Bound[]): Bound[] {
  const sorted = [...all].sort((a, b) => a.x - b.x);
  const widened = thinned(sorted).map((one): Bound => {
    const value = one.value + (one.isUpper ? TOLERANCE : -TOLERANCE);
    return { ...one, value };
  });
  const uppers = widened.filter(({ isUpper }) => isUpper).length;
  if (uppers > 0 && uppers < widened.length) return widened;
  const sign = uppers > 0 ? 1 : -1;
  const bounds: Bound[] = [];
  for (let from = 0; from < widened.length; from += BLOCK) {
    const block = widened.slice(from, from + BLOCK);
    const fastest = block.reduce((best, one) => (sign * one.value < sign * best.value ? one : best));
    for (const one of block) {
      bounds.push(one);
      if (one === fastest)
        bounds.push({ ...one, value: one.value - sign * UNEVEN, isUpper: !one.isUpper, passage: -1 });
    }
  }
  return bounds;
}

function thinned(sorted: readonly Bound[]): readonly Bound[] {
  if (sorted.length <= MOST_BOUNDS) return sorted;
  const size = Math.ceil((2 * sorted.length) / MOST_BOUNDS);
  const kept: Bound[] = [];
  for (let from = 0; from < sorted.length; from += size) {
    let [upper, lower]: (Bound | undefined)[] = [undefined, undefined];
    for (let i = from; i < Math.min(sorted.length, from + size); i++) {
      const one = sorted[i]!;
      if (one.isUpper) upper = upper === undefined || one.value < upper.value ? one : upper;
      else lower = lower === undefined || one.value > lower.value ? one : lower;
    }
    kept.push(...[upper, lower].filter((one) => one !== undefined).sort((a, b) => a.x - b.x));
  }
  return kept;
}
