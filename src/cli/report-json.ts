import type { Report } from '../journey/report.ts';

/**
 * The report as JSON in pieces, one line per flow, journey or promise: a long run's report is larger than the longest
 * string there can be, and lines are what tools compare.
 */
export function* reportJson(report: Report): Generator<string> {
  let separator = '{';
  for (const [key, value] of Object.entries(report) as [string, unknown][]) {
    yield `${separator}\n${JSON.stringify(key)}: `;
    separator = ',';
    if (Array.isArray(value)) yield* list(value);
    else yield JSON.stringify(value);
  }
  yield '\n}\n';
}

function* list(items: readonly unknown[]): Generator<string> {
  let separator = '[\n  ';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',\n  ';
  }
  yield items.length === 0 ? '[]' : '\n]';
}
