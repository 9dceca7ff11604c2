import type { LabView } from '../../panel-protocol/messages.ts';
import { valuesOf } from './complete-filter.ts';
import { filterKeys, parseFilter } from './parse-filter.ts';

/** What in a filter can match nothing, and what was likely meant. */
export interface FilterFault {
  /** `key`: looks like a misspelt key. `value`: nothing of that name. */
  readonly kind: 'key' | 'value';
  readonly word: string;
  readonly meant: string | undefined;
}

/** Keys whose values are a closed set. */
const closed = ['node', 'from', 'to', 'server', 'segment', 'proto', 'kind', 'changed'] as const;

/**
 * The first word that is no filter though it looks like one. What stands before a colon may as well be a name with a port:
 * it is only taken for a key when it is close to one.
 */
export function filterFault(text: string, lab: LabView | undefined): FilterFault | undefined {
  for (const { key, value } of parseFilter(text)) {
    if (key === 'text') {
      const typed = /^(\w+):/.exec(value)?.[1];
      const meant = typed && closest(typed, filterKeys);
      if (meant) return { kind: 'key', word: `${typed}:`, meant: `${meant}:` };
    } else if (closed.some((one) => one === key)) {
      const known = valuesOf(key, lab).map((one) => one.toLowerCase());
      if (known.length > 0 && !known.includes(value))
        return { kind: 'value', word: `${key}:${value}`, meant: prefixed(key, closest(value, known)) };
    }
  }
  return undefined;
}

/** `text` with what was meant in place of what was written. */
export function mended(text: string, { word, meant }: FilterFault): string {
  const at = text.toLowerCase().indexOf(word);
  return at < 0 || meant === undefined ? text : text.slice(0, at) + meant + text.slice(at + word.length);
}

function prefixed(key: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${key}:${value}`;
}

/** The known word that a typed one is a slip of the fingers away from. */
function closest(typed: string, known: readonly string[]): string | undefined {
  const most = typed.length > 4 ? 2 : 1;
  const [best] = known
    .map((word) => ({ word, slips: slipsBetween(typed, word) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips);
  return best?.word;
}

/** Letters to add, leave out, change, or swap with their neighbour (the optimal string alignment distance). */
function slipsBetween(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (isSame ? 0 : 1),
        isSwap ? before[j - 2]! + 1 : Infinity,
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
