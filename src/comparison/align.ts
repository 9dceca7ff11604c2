import type { Step } from './observe.ts';

/**
 * The steps of several packets side by side, in an order that is each packet's own: a row has, of every packet, the step that
 * the same node made, or one of the same role in another lab. Undefined where a packet made no such step.
 */
export function alignSteps(packets: readonly (readonly Step[])[]): (Step | undefined)[][] {
  return packets.reduce<(Step | undefined)[][]>((rows, steps, column) => {
    const merged = merge(rows, steps);
    // Columns before it that a new row does not have.
    return merged.map(({ row, step }) => [...(row ?? blanks(column)), step]);
  }, []);
}

interface Pair {
  readonly row?: readonly (Step | undefined)[];
  readonly step: Step | undefined;
}

/** The most that can stand side by side, as in a longest common subsequence; the same node counts for more than its role. */
function merge(rows: readonly (readonly (Step | undefined)[])[], steps: readonly Step[]): Pair[] {
  const best = Array.from({ length: rows.length + 1 }, () => new Array<number>(steps.length + 1).fill(0));
  for (let r = rows.length - 1; r >= 0; r--)
    for (let s = steps.length - 1; s >= 0; s--) {
      const together = likeness(rows[r]!, steps[s]!);
      best[r]![s] = Math.max(
        together > 0 ? together + best[r + 1]![s + 1]! : 0,
        best[r + 1]![s]!,
        best[r]![s + 1]!,
      );
    }
  const pairs: Pair[] = [];
  let [r, s] = [0, 0];
  while (r < rows.length || s < steps.length) {
    const [row, step] = [rows[r], steps[s]];
    const together = row && step ? likeness(row, step) : 0;
    if (row && step && together > 0 && best[r]![s] === together + best[r + 1]![s + 1]!) {
      pairs.push({ row, step });
      r++;
      s++;
    } else if (row && (!step || best[r]![s] === best[r + 1]![s])) {
      pairs.push({ row, step: undefined });
      r++;
    } else {
      pairs.push({ step });
      s++;
    }
  }
  return pairs;
}

function likeness(row: readonly (Step | undefined)[], { role, cell }: Step): number {
  const others = row.filter((step) => step !== undefined);
  if (others.some((other) => other.cell.from === cell.from)) return 3;
  return others.some((other) => other.role === role) ? 2 : 0;
}

function blanks(count: number): undefined[] {
  return Array.from({ length: count }, () => undefined);
}
