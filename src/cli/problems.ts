import type { Problem } from '../lab/topology/problem.ts';
import type { Cli } from './cli.ts';

/** A problem as people read it: `FILE:LINE:COLUMN: error CODE: message`, its remedy below. */
export function problemLines(cli: Cli, file: string, problem: Problem): string[] {
  const { message, remedy } = problemText(cli, problem);
  const { line, column } = problem.range.start;
  const severity = cli.paint(
    problem.severity === 'error' ? 'bad' : 'warning',
    cli.translate(`cli.${problem.severity}`),
  );
  return [`${file}:${line}:${column}: ${severity} ${problem.code}: ${message}`, `  ${remedy}`];
}

export function problemText(cli: Cli, problem: Problem): { message: string; remedy: string } {
  return {
    message: cli.translate(`problem.${problem.code}`, problem.params),
    remedy: cli.translate(`problem.${problem.code}.remedy`, problem.params),
  };
}
