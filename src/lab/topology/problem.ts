import { problemCodes, type ProblemCode, type Severity } from './problem-codes.ts';

/** Something wrong with a topology file: data, made into text at the rim by `problem.CODE` and `problem.CODE.remedy`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** The value or the key at fault. */
  readonly range: Range;
  readonly params: Readonly<Record<string, string>>;
  /** One edit that removes the problem, where one is obvious. */
  readonly fix?: Fix;
  /** Other places that matter, such as the first of two duplicates. */
  readonly related?: readonly Related[];
}

/** Lines and columns count from 1, columns in UTF-16 code units; offsets from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** `end` is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A text edit. Its label is `fix.KIND` in the l10n bundles, with the parameter `text`. */
export interface Fix {
  readonly kind: 'replace' | 'insert';
  readonly range: Range;
  /** What stands in the range afterwards. */
  readonly text: string;
}

export interface Related {
  readonly range: Range;
  /** What stands there: a node, a segment, a service. */
  readonly name: string;
}

export interface ProblemExtras {
  readonly fix?: Fix | undefined;
  readonly related?: readonly Related[];
}

export function makeProblem(
  code: ProblemCode,
  range: Range,
  params: Readonly<Record<string, string | number>> = {},
  extras: ProblemExtras = {},
): Problem {
  return {
    code,
    severity: problemCodes[code],
    range,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
    ...(extras.fix && { fix: extras.fix }),
    ...(extras.related && { related: extras.related }),
  };
}

/** In the order of the file; at one place, errors first. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      a.range.start.offset - b.range.start.offset ||
      Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
      a.range.end.offset - b.range.end.offset,
  );
}

/** Of thousands, the first hundred errors and warnings: more help nobody, and cost an editor its breath. */
export function firstProblems(problems: readonly Problem[]): Problem[] {
  const kept = (['error', 'warning'] as const).flatMap((severity) =>
    problems.filter((problem) => problem.severity === severity).slice(0, MOST_PROBLEMS),
  );
  return sortProblems(kept);
}

const MOST_PROBLEMS = 100;

export function hasError(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
