import type { Cli } from '../cli.ts';
import { problemText } from '../problems.ts';
import { isShown, type Graded } from './grade.ts';

/** The grades as JSON: see docs/json.md. */
export function json(cli: Cli, grades: readonly Graded[]): string {
  const names = (text: string) => (text === '' ? [] : text.split(', '));
  const files = grades.map((graded) => {
    const { name, file, line, engine, durationMs, differences, problems, failure } = graded;
    return {
      name,
      file,
      line,
      ...(engine && { engine }),
      shown: isShown(graded),
      durationMs,
      differences: differences.map(({ what, expected, observed, line: at }) => ({
        what,
        expected: names(expected),
        observed: names(observed),
        line: at,
      })),
      problems: problems.map((problem) => ({
        code: problem.code,
        line: problem.range.start.line,
        column: problem.range.start.column,
        ...problemText(cli, problem),
      })),
      ...(failure && { failure: cli.translate(failure.key, failure.params) }),
    };
  });
  const shown = files.filter((file) => file.shown).length;
  return `${JSON.stringify({ shown, all: files.length, files }, null, 2)}\n`;
}
