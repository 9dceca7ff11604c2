import type * as z from 'zod/mini';
import { formatIpv4, parseCidr } from '../../packet/address.ts';
import { codeOf } from './fields.ts';
import type { Path, Places } from './places.ts';
import type { ProblemCode } from './problem-codes.ts';
import { makeProblem, type Fix, type Problem, type Range } from './problem.ts';
import { describeSetting } from './settings.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** What zod found, as problems at their places in the file. `value` is what the schema was given. */
export function schemaProblems(issues: readonly Issue[], value: unknown, places: Places): Problem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, [], value, places));
  // A number far out of range breaks two limits, the field's and that of whole numbers.
  const key = ({ code, range }: Problem) => `${code} ${range.start.offset} ${range.end.offset}`;
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()];
}

function problemsOf(issue: Issue, above: Path, root: unknown, places: Places): Problem[] {
  const path = [...above, ...(issue.path as (string | number)[])];
  const written = valueAt(root, path);
  const range = places.of(path);
  const key = String(path.findLast((part) => typeof part === 'string') ?? '');
  const value = show(written, range, places);
  const problem = (code: ProblemCode, params = {}, fix?: Fix): Problem[] => [
    makeProblem(code, range, { key, value, ...params }, { fix }),
  ];

  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownKey(name, path, places));
  if (issue.code === 'invalid_key') {
    const code = codeOf(issue.issues[0]?.message) ?? 'bad-name';
    const place = places.key(path);
    return [makeProblem(code, place, { key, value: key }, { fix: fixFor(code, key, place) })];
  }
  if (written === undefined && !places.has(path)) return [missingKey(path, places)];
  if (written === null) return [makeProblem('empty-value', places.key(path), { key })];
  if (issue.code === 'invalid_union' && codeOf(issue.message) === undefined) {
    return branchOf(issue.errors).flatMap((inner) => problemsOf(inner, path, root, places));
  }
  const code = codeOf(issue.message);
  if (code === 'too-many')
    return [makeProblem(code, places.key(path), { key, most: describeSetting(path)?.most ?? 0 })];
  if (code) return problem(code, {}, fixFor(code, written, range));
  switch (issue.code) {
    case 'invalid_value':
      return [choiceProblem(issue.values.map(String), written, key, value, range)];
    case 'too_small':
    case 'too_big':
      return problem('out-of-range', limitsOf(path));
    case 'invalid_type':
      return problem(expectedCode(issue.expected), {}, typeFix(issue.expected, written, range));
    default:
      return problem('expected-text');
  }
}

/** Of the shapes that a value may have, the one its author meant: the first whose kind fits, else the simplest. */
function branchOf(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const fits = (issues: readonly Issue[]) =>
    !issues.some(({ code, path }) => path.length === 0 && code === 'invalid_type');
  return branches.find(fits) ?? branches[0] ?? [];
}

function unknownKey(name: string, path: Path, places: Places): Problem {
  const range = places.key([...path, name]);
  const known = describeSetting(path)?.keys ?? [];
  const meant = suggest(
    name,
    known.filter((key) => !places.has([...path, key])),
  );
  const fix: Fix | undefined = meant === undefined ? undefined : { kind: 'replace', range, text: meant };
  return makeProblem('unknown-key', range, { key: name, known: known.join(', ') }, { fix });
}

function missingKey(path: Path, places: Places): Problem {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  if (parent.length === 0) return makeProblem('missing-section', places.of(parent), { key });
  return makeProblem('missing-key', places.of(parent), { key, place: parent.join('.') });
}

function choiceProblem(
  choices: readonly string[],
  written: unknown,
  key: string,
  value: string,
  range: Range,
): Problem {
  const meant = typeof written === 'string' ? suggest(written, choices) : undefined;
  const fix: Fix | undefined = meant === undefined ? undefined : { kind: 'replace', range, text: meant };
  const params = { key, value, choices: choices.join(', ') };
  return makeProblem('unknown-choice', range, params, { fix });
}

function limitsOf(path: Path): Record<string, number> {
  const { minimum = 0, maximum = 0 } = describeSetting(path) ?? {};
  return { minimum, maximum };
}

function expectedCode(expected: string): ProblemCode {
  if (expected === 'object' || expected === 'record') return 'expected-map';
  if (expected === 'array') return 'expected-list';
  if (expected === 'number' || expected === 'int') return 'expected-number';
  return expected === 'boolean' ? 'expected-boolean' : 'expected-text';
}

/** A number between quotes, `yes` for `true`: what is meant is plain. */
function typeFix(expected: string, written: unknown, range: Range): Fix | undefined {
  if (typeof written !== 'string') return undefined;
  if ((expected === 'number' || expected === 'int') && /^\d+$/.test(written)) {
    return { kind: 'replace', range, text: written };
  }
  if (expected !== 'boolean') return undefined;
  if (/^(yes|on|true)$/i.test(written)) return { kind: 'replace', range, text: 'true' };
  return /^(no|off|false)$/i.test(written) ? { kind: 'replace', range, text: 'false' } : undefined;
}

/** A bare number where a duration stands is most likely seconds; an address inside a network most likely means it. */
function fixFor(code: ProblemCode, written: unknown, range: Range): Fix | undefined {
  // Anything else that a file can hold, a map for instance, suggests nothing.
  if (typeof written !== 'number' && typeof written !== 'string') return undefined;
  const text = String(written).trim();
  if (code === 'bad-duration' && (typeof written === 'number' || /^\d+$/.test(text))) {
    return { kind: 'replace', range, text: `${text}s` };
  }
  const cidr = code === 'cidr-host-bits' ? parseCidr(text) : undefined;
  return cidr && { kind: 'replace', range, text: `${formatIpv4(cidr.network)}/${cidr.prefixLength}` };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** A number as it was written: 1e3 is not 1000 to its author. */
function show(value: unknown, range: Range, places: Places): string {
  const source = places.text.slice(range.start.offset, range.end.offset);
  const text =
    typeof value === 'string' ? value : typeof value === 'number' ? source : (JSON.stringify(value) ?? '');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
