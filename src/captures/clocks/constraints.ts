/**
 * Difference constraints: `value[from] <= value[to] + most` for each edge. The tightest that follow from all of them are
 * shortest paths (R. Bellman 1958; Cormen et al., "Difference constraints and shortest paths").
 */
export interface Constraint {
  readonly from: number;
  readonly to: number;
  readonly most: number;
}

export interface Closure {
  /** `most(a, b)`: `value[a] - value[b]` is at most so much; infinite when nothing says so. */
  most(a: number, b: number): number;
  /** By how much each constraint had to be widened, for all of them to hold at once. */
  readonly slack: number;
}

/** Floyd and Warshall's; the numbers of values are hosts and the pieces of their clocks, so they are few. */
export function closureOf(count: number, constraints: readonly Constraint[]): Closure {
  const first = distances(count, constraints, 0);
  if (!isBroken(first, count)) return closure(first, count, 0);
  let [low, high] = [0, Math.max(1, -Math.min(...constraints.map(({ most }) => most)))];
  // To a nanosecond, or as near as doubles come.
  for (let round = 0; round < 60 && high - low > 1; round++) {
    const middle = (low + high) / 2;
    if (isBroken(distances(count, constraints, middle), count)) low = middle;
    else high = middle;
  }
  return closure(distances(count, constraints, high), count, high);
}

function closure(table: Float64Array, count: number, slack: number): Closure {
  return { slack, most: (a, b) => table[a * count + b]! };
}

function distances(count: number, constraints: readonly Constraint[], slack: number): Float64Array {
  const table = new Float64Array(count * count).fill(Infinity);
  for (let i = 0; i < count; i++) table[i * count + i] = 0;
  for (const { from, to, most } of constraints) {
    const at = from * count + to;
    if (most + slack < table[at]!) table[at] = most + slack;
  }
  for (let through = 0; through < count; through++) {
    for (let a = 0; a < count; a++) {
      const first = table[a * count + through]!;
      if (first === Infinity) continue;
      for (let b = 0; b < count; b++) {
        const sum = first + table[through * count + b]!;
        if (sum < table[a * count + b]!) table[a * count + b] = sum;
      }
    }
  }
  return table;
}

/** A way in a circle that is shorter than nothing: not all can hold. */
function isBroken(table: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (table[i * count + i]! < 0) return true;
  return false;
}
