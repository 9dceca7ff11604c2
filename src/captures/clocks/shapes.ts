import { between, type Bound } from './line.ts';
import { piecesOf } from './pieces.ts';
import { breakBetween, steadiest, workable, type Passage, type Readings } from './readings.ts';

/** A clock's drift and where it was set, without its constants: those come of all packets together. */
export interface Shape {
  readonly pieces: readonly ShapePiece[];
  /** By how much more the clock may be off at the ends of its pieces, for its drift is not known exactly. */
  readonly swing: number;
  /** Passages, by their places, that no clock explains: what was taken for one packet were two. */
  readonly strays: readonly number[];
}

interface ShapePiece {
  /** A reading of the clock. */
  readonly from: number;
  readonly rate: number;
  /** What is added at `from`, roughly. */
  readonly add: number;
}

/** A reading with the drift of its piece taken out, and the piece's place. */
export function shapedAt({ pieces }: Shape, x: number): { readonly piece: number; readonly value: number } {
  let piece = pieces.length - 1;
  while (piece > 0 && pieces[piece]!.from > x) piece--;
  const { from, rate } = pieces[piece]!;
  return { piece, value: x + rate * (x - from) };
}

/**
 * One host after the other, each against others that came before: first those with most packets both ways.
 * @param starts What is added to the readings of hosts whose clocks are known.
 * @returns The shapes, and of each host the first one of its group.
 */
export function shapesOf(
  readings: readonly Readings[],
  passages: readonly Passage[],
  starts: readonly (number | undefined)[],
): { readonly shapes: readonly Shape[]; readonly roots: readonly number[] } {
  const shapes: Shape[] = readings.map(() => ({ pieces: [], swing: 0, strays: [] }));
  const roots: number[] = readings.map(() => -1);
  // Of some only the drift is known: their bounds may not be mixed with those of others.
  const isLoose = readings.map(() => false);
  const anchor = starts.findIndex((start) => start !== undefined);
  starts.forEach((start, host) => {
    if (start === undefined) return;
    shapes[host] = level(start);
    roots[host] = anchor;
  });
  const table = countsOf(readings.length, passages);
  for (;;) {
    const open = roots.flatMap((root, host) => (root < 0 ? [host] : []));
    if (open.length === 0) return { shapes, roots };
    const next = bestOf(open, peersOf(roots, isLoose), table);
    if (next === undefined) {
      const root = readings.indexOf(steadiest(open.map((host) => readings[host]!))!);
      shapes[root] = level(0);
      roots[root] = root;
      continue;
    }
    const { host, peers, isBothWays } = next;
    shapes[host] = shapeOf(readings[host]!, boundsOf(host, peers, passages, shapes), peers, shapes);
    roots[host] = roots[peers[0]!]!;
    isLoose[host] = !isBothWays || isLoose[peers[0]!]!;
  }
}

/** Hosts that a further one can be compared with: those of each group whose clocks agree, and each loose one by itself. */
function peersOf(roots: readonly number[], isLoose: readonly boolean[]): number[][] {
  const groups = new Map<number, number[]>();
  const loose: number[][] = [];
  roots.forEach((root, host) => {
    if (root < 0) return;
    if (isLoose[host]) loose.push([host]);
    else groups.set(root, [...(groups.get(root) ?? []), host]);
  });
  return [...groups.values(), ...loose];
}

const level = (add: number): Shape => ({ pieces: [{ from: 0, rate: 0, add }], swing: 0, strays: [] });

/** How many packets went from a host (row) to another. */
function countsOf(count: number, passages: readonly Passage[]): readonly Float64Array[] {
  const table = Array.from({ length: count }, () => new Float64Array(count));
  for (const { from, to } of passages) table[from]![to]!++;
  return table;
}

/** The host that is known best, and by which. */
function bestOf(
  open: readonly number[],
  groups: readonly (readonly number[])[],
  table: readonly Float64Array[],
): { readonly host: number; readonly peers: readonly number[]; readonly isBothWays: boolean } | undefined {
  let best: ReturnType<typeof bestOf>;
  let most = 0;
  for (const host of open) {
    for (const peers of groups) {
      const there = peers.reduce((sum, peer) => sum + table[host]![peer]!, 0);
      const back = peers.reduce((sum, peer) => sum + table[peer]![host]!, 0);
      // Both ways is worth more than any number one way.
      const worth = Math.min(there, back) + Math.max(there, back) / 1e9;
      if (worth > most) [best, most] = [{ host, peers, isBothWays: there > 0 && back > 0 }, worth];
    }
  }
  return best;
}

function boundsOf(
  host: number,
  peers: readonly number[],
  passages: readonly Passage[],
  shapes: readonly Shape[],
): Bound[] {
  const isPeer = new Set(peers);
  const common = (other: number, x: number): number => {
    const { piece, value } = shapedAt(shapes[other]!, x);
    return value + shapes[other]!.pieces[piece]!.add;
  };
  return passages.flatMap(({ from, sent, to, received }, passage): Bound[] => {
    if (from === host && isPeer.has(to))
      return [{ x: sent, value: common(to, received) - sent, isUpper: true, passage }];
    if (to === host && isPeer.has(from))
      return [{ x: received, value: common(from, sent) - received, isUpper: false, passage }];
    return [];
  });
}

function shapeOf(
  readings: Readings,
  all: readonly Bound[],
  peers: readonly number[],
  shapes: readonly Shape[],
): Shape {
  const wanted = workable(all);
  const { bounds, pieces } = piecesOf(wanted, (before, after) => breakBetween(readings, before, after));
  const inherited = Math.max(0, ...peers.map((peer) => shapes[peer]!.swing));
  const kept = new Set(bounds);
  return {
    strays: wanted.flatMap((one) => (kept.has(one) || one.passage < 0 ? [] : [one.passage])),
    swing: Math.max(...pieces.map(({ swing }) => swing)) + inherited,
    pieces: pieces.map(({ start, from, to, rate }) => {
      const [low, high] = between(bounds, from, to, rate, start);
      return {
        from: start,
        rate,
        add: Number.isFinite(low + high) ? (low + high) / 2 : low === -Infinity ? high : low,
      };
    }),
  };
}
