import { closureOf, type Constraint } from './constraints.ts';
import type { HostClock } from './host-clock.ts';
import type { ClockPair } from './pairs.ts';
import { lastBefore, passagesOf, readingsOf, steadiest, type ClockHost, type Passage } from './readings.ts';
import { shapesOf, shapedAt, type Shape } from './shapes.ts';

/** Where packets went one way only, the fastest is taken to have been this long on its way. */
const ASSUMED_TRANSIT = 50_000;

/** A piece of a host's clock: its constant is one unknown. */
interface Unknown {
  readonly host: number;
  readonly piece: number;
}

/**
 * Clocks of hosts, so that no packet arrives before it was sent. Each is made of lines: a drift, and a new line where it was
 * set. Their constants are the middle of what all packets together allow, over any number of hosts (difference constraints).
 * @param hosts In any order; with nothing given the common clock is that of the first one whose clock was not set back.
 * @param pairs From `findPairs`.
 * @param given What is added to a host's clock, by hand: it is believed.
 * @returns A clock for each host, in their order.
 */
export function estimateClocks(
  hosts: readonly ClockHost[],
  pairs: readonly ClockPair[],
  given: ReadonlyMap<string, bigint> = new Map(),
): HostClock[] {
  const readings = hosts.map(readingsOf);
  if (readings.length === 0) return [];
  const passages = passagesOf(readings, pairs);
  const isAnyGiven = readings.some(({ host }) => given.has(host));
  const reference = steadiest(readings);
  const fixed = readings.map(
    (one) => given.get(one.host) ?? (isAnyGiven || one !== reference ? undefined : 0n),
  );
  const anchor = fixed.findIndex((one) => one !== undefined);
  const commonBase = readings[anchor]!.base + fixed[anchor]!;
  const starts = readings.map(({ base }, host) => {
    const offset = fixed[host];
    return offset === undefined ? undefined : Number(base + offset - commonBase);
  });
  const { shapes, roots } = shapesOf(readings, passages, starts);
  const known = readings.map((_, host) => roots[host] === anchor);
  const strays = new Set(shapes.flatMap((shape) => shape.strays));
  const sound = strays.size === 0 ? passages : passages.filter((_, place) => !strays.has(place));
  const solved = solve(sound, shapes, starts);
  return readings.map((reading, index): HostClock => {
    const { host, base } = reading;
    const shape = shapes[index]!;
    const unknowns = solved.of(index);
    // A group of hosts that none of known clock ever met keeps the clock of its first.
    const groupBase = known[index] ? commonBase : readings[roots[index]!]!.base;
    const pieces = shape.pieces.map(({ from, rate }, piece) => ({
      fromNs: base + BigInt(Math.round(from)),
      untilNs: base + BigInt(Math.round(lastBefore(reading, shape.pieces[piece + 1]?.from ?? Infinity))),
      addNs: groupBase - base + BigInt(Math.round(unknowns[piece]!.value)),
      rate,
    }));
    if (fixed[index] !== undefined)
      return {
        host,
        pieces: [{ ...pieces[0]!, addNs: fixed[index] }],
        halfWidthNs: 0,
        bound: given.has(host) ? 'given' : 'reference',
      };
    if (!known[index]) return { host, pieces, halfWidthNs: undefined, bound: 'unknown' };
    const oneSided = unknowns.find(({ bound }) => bound !== 'both');
    const halfWidthNs = oneSided
      ? undefined
      : Math.ceil(Math.max(...unknowns.map(({ halfWidth }) => halfWidth)) + shape.swing + solved.slack);
    return { host, pieces, halfWidthNs, bound: oneSided?.bound ?? 'both' };
  });
}

interface Solved {
  readonly value: number;
  readonly halfWidth: number;
  readonly bound: 'both' | 'at-most' | 'at-least' | 'unknown';
}

/** The constant of each piece, from the base of its group. */
function solve(
  passages: readonly Passage[],
  shapes: readonly Shape[],
  starts: readonly (number | undefined)[],
): { readonly slack: number; of(host: number): readonly Solved[] } {
  // All clocks that are known are one: number 0.
  const unknowns: Unknown[] = [{ host: -1, piece: 0 }];
  const firstOf = shapes.map(({ pieces }, host) => {
    if (starts[host] !== undefined) return 0;
    const first = unknowns.length;
    pieces.forEach((_, piece) => unknowns.push({ host, piece }));
    return first;
  });
  const numberOf = (host: number, piece: number): number => {
    const first = firstOf[host] ?? 0;
    return first === 0 ? 0 : first + piece;
  };
  const tightest = new Map<number, Constraint>();
  for (const { from, sent, to, received } of passages) {
    const [left, reached] = [shapedAt(shapes[from]!, sent), shapedAt(shapes[to]!, received)];
    const [a, b] = [numberOf(from, left.piece), numberOf(to, reached.piece)];
    if (a === b) continue;
    const [atA, atB] = [left.value + (starts[from] ?? 0), reached.value + (starts[to] ?? 0)];
    const most = atB - atA;
    const key = a * 65536 + b;
    const before = tightest.get(key);
    if (before === undefined || most < before.most) tightest.set(key, { from: a, to: b, most });
  }
  const { most, slack } = closureOf(unknowns.length, [...tightest.values()]);
  const solved = new Map<number, Solved>([[0, { value: 0, halfWidth: 0, bound: 'both' }]]);
  // Any value between what is settled leaves room for all others (the closure is tight). First what has both bounds from the
  // known clocks: middles of two solutions are a solution.
  const middles = unknowns.flatMap((_, one): [number, Solved][] => {
    const [low, high] = [-most(0, one), most(one, 0)];
    return one === 0 || !Number.isFinite(low) || !Number.isFinite(high)
      ? []
      : [[one, { value: (low + high) / 2, halfWidth: (high - low) / 2, bound: 'both' }]];
  });
  for (const [one, value] of middles) solved.set(one, value);
  for (let one = 1; one < unknowns.length; one++)
    if (!solved.has(one)) solved.set(one, settle(one, solved, most));
  const of = (host: number): Solved[] =>
    shapes[host]!.pieces.map((_, piece) => solved.get(numberOf(host, piece))!);
  return { slack, of };
}

function settle(
  one: number,
  solved: ReadonlyMap<number, Solved>,
  most: (a: number, b: number) => number,
): Solved {
  let [low, high] = [-Infinity, Infinity];
  for (const [other, { value }] of solved) {
    low = Math.max(low, value - most(other, one));
    high = Math.min(high, value + most(one, other));
  }
  const fromKnown = [Number.isFinite(most(0, one)), Number.isFinite(most(one, 0))] as const;
  const bound = fromKnown[1] ? 'at-most' : fromKnown[0] ? 'at-least' : 'unknown';
  if (high === Infinity && low === -Infinity) return { value: 0, halfWidth: Infinity, bound };
  if (high === Infinity) return { value: low + ASSUMED_TRANSIT, halfWidth: Infinity, bound };
  if (low === -Infinity) return { value: high - ASSUMED_TRANSIT, halfWidth: Infinity, bound };
  return { value: (low + high) / 2, halfWidth: Infinity, bound };
}
