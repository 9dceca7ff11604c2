import type { Difference } from '../../journey/expectation.ts';
import type { Cli } from '../cli.ts';
import { problemLines } from '../problems.ts';
import type { Graded } from './grade.ts';

/** Why a file did not show what it means to show, line by line; what stands at a place begins with `FILE:LINE`. */
export function reasonLines(cli: Cli, { file, differences, problems, failure }: Graded): string[] {
  return [
    ...differences.map((difference) => `${file}:${difference.line}: ${differenceText(cli, difference)}`),
    ...problems.flatMap((problem) => problemLines(cli, file, problem)),
    ...(failure ? [cli.translate(failure.key, failure.params)] : []),
  ];
}

function differenceText({ translate }: Cli, { what, expected, observed }: Difference): string {
  return translate('cli.difference', {
    what: translate(`cli.what.${what}`),
    expected: expected || '–',
    observed: observed || '–',
  });
}
