import type { Places } from '../lab/topology/places.ts';
import type { Expectation } from '../lab/topology/plan.ts';
import type { Problem } from '../lab/topology/problem.ts';
import type { Report } from './report.ts';

export interface Difference {
  /** All but `findings` are keys of the file's `expect:`. */
  readonly what: 'outcomes' | 'broken' | 'explanations' | 'findings' | 'problems';
  /** Names, comma-separated; empty for none. */
  readonly expected: string;
  readonly observed: string;
}

interface Met {
  readonly ok: boolean;
  readonly differences: readonly Difference[];
}

/**
 * Whether a run showed what its file means to show: these outcomes of what was asked over TCP and UDP, these broken
 * promises and these explanations, no more and no fewer. Without an expectation: everything asked for (a ping too) answered
 * whole, at least one thing, and no promise broken. Clients and frames may never disagree.
 *
 * A capture has no asker: there its flows are all that is known.
 */
export function meetsExpectation(report: Report, expect?: Expectation): Met {
  const kinds: ReadonlySet<string> = new Set(expect ? ['tcp', 'udp'] : ['tcp', 'udp', 'icmp']);
  const outcomes = report.engine === 'capture' ? flowOutcomes(report, kinds) : requestOutcomes(report, kinds);
  const broken = report.promises.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);
  const differences = [
    compare('outcomes', expect?.outcomes ?? ['answered'], outcomes),
    compare('broken', expect?.broken ?? [], broken),
    ...(expect
      ? [
          compare(
            'explanations',
            expect.explanations,
            report.explanations.map(({ code }) => code),
          ),
        ]
      : []),
    // There was a plan to run, so there was no error in the file.
    compare('problems', expect?.problems ?? [], []),
    compare(
      'findings',
      [],
      [...report.requests, ...report.evictedRequests].flatMap(({ finding }) => finding ?? []),
    ),
  ];
  return met(differences);
}

/** Whether a file that no plan can be made of shows what it means to show: these errors, no more and no fewer. */
export function meetsProblems(problems: readonly Problem[], expect?: Expectation): Met {
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return met([compare('problems', expect?.problems ?? [], errors)]);
}

/** The line of the file, from 1, that says what was expected there: the key's, else that of `expect:`, else the first key's. */
export function expectedAt({ what }: Pick<Difference, 'what'>, places: Places): number {
  return places.key(['expect', what]).start.line;
}

function met(found: readonly (Difference | undefined)[]): Met {
  const differences = found.filter((difference) => difference !== undefined);
  return { ok: differences.length === 0, differences };
}

function requestOutcomes({ requests, evictedRequests }: Report, kinds: ReadonlySet<string>): string[] {
  return [...requests, ...evictedRequests].flatMap(({ protocol, outcome }) =>
    kinds.has(protocol) ? outcome : [],
  );
}

function flowOutcomes({ flows }: Report, kinds: ReadonlySet<string>): string[] {
  return flows.flatMap(({ kind, partial, outcome }) =>
    // Of what was recorded in part, an end that was not seen says nothing.
    kinds.has(kind) && !(partial && outcome.kind === 'open') ? outcome.kind : [],
  );
}

function compare(
  what: Difference['what'],
  expected: readonly string[],
  observed: readonly string[],
): Difference | undefined {
  const text = (names: readonly string[]) => [...new Set(names)].sort().join(', ');
  const difference = { what, expected: text(expected), observed: text(observed) };
  return difference.expected === difference.observed ? undefined : difference;
}
