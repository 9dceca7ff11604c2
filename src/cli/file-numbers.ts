import type { Report } from '../journey/report.ts';

/** Where a report names frames: one, or a list. `Counters.frames` is a number of them, and stays. */
const NAMES = ['frame', 'frames', 'evidence'];

/**
 * The report with the frames' numbers in a capture file that somebody else made: frames that were left out count there
 * too, and a file is not always in the order of time.
 * @param numbers Of the n-th frame that was told, from 0, its number in the file.
 */
export function inFileNumbers(report: Report, numbers: readonly number[]): Report {
  const { counters, ...rest } = report;
  return { ...(renumbered(rest, numbers) as Omit<Report, 'counters'>), counters };
}

function renumbered(value: unknown, numbers: readonly number[]): unknown {
  if (Array.isArray(value)) return value.map((one) => renumbered(one, numbers));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      NAMES.includes(key) ? inFile(one, numbers) : renumbered(one, numbers),
    ]),
  );
}

function inFile(one: unknown, numbers: readonly number[]): unknown {
  if (Array.isArray(one)) return one.map((number) => inFile(number, numbers));
  return typeof one === 'number' ? numbers[one - 1] : one;
}
