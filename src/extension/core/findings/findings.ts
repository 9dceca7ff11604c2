import type { Report } from '../../../journey/report.ts';
import type { Path, Places } from '../../../lab/topology/places.ts';
import type { Expectation } from '../../../lab/topology/plan.ts';
import type { Range } from '../../../lab/topology/problem.ts';
import { pathOf } from '../labs/file-path.ts';

/** What a running lab showed to be wrong, at the place in the file that causes it. */
export interface Finding {
  /** The explanation's code or the promise's id. */
  readonly code: string;
  readonly range: Range;
  /** Ready to show. */
  readonly text: string;
  /** The file means to show it. */
  readonly expected: boolean;
}

/**
 * Of the present epoch only: a change of the file clears what was found before it. A broken promise stands by itself only
 * where nothing explains it; then at the model that makes it.
 */
export function findings(
  { explanations, promises }: Pick<Report, 'explanations' | 'promises'>,
  epoch: number,
  places: Places,
  expect: Expectation | undefined,
): Finding[] {
  const explained = explanations
    .filter((explanation) => explanation.epoch === epoch)
    .map(({ code, text, setting }) => ({
      code,
      text,
      range: rangeOf(places, setting === undefined ? ['model'] : pathOf({ kind: 'setting', path: setting })),
      expected: expect?.explanations.includes(code) ?? false,
    }));
  if (explained.length > 0) return withoutTwins(explained);
  return promises
    .filter((promise) => promise.epoch === epoch && promise.verdict === 'broken')
    .map(({ id, text }) => ({
      code: id,
      text,
      range: rangeOf(places, ['model']),
      expected: expect?.broken.includes(id) ?? false,
    }));
}

/** Key and value of what stands there; the nearest thing around what does not. */
function rangeOf(places: Places, path: Path): Range {
  if (!places.has(path)) return places.of(path);
  const isSmall = places.of(path).end.line === places.value(path).end.line;
  return isSmall ? { start: places.key(path).start, end: places.value(path).end } : places.key(path);
}

/** Ten flows that fail for one reason are one thing to mend. */
function withoutTwins(all: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return all.filter(({ code, range, text }) => {
    const key = `${code} ${range.start.offset} ${text}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
