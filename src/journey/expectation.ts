import type { Expectation } from '../lab/topology/plan.ts';
import type { Report } from './report.ts';

export interface Difference {
  readonly what: 'outcomes' | 'broken' | 'explanations' | 'findings';
  /** Names, comma-separated; empty for none. */
  readonly expected: string;
  readonly observed: string;
}

/**
 * Whether a run showed what its file means to show: these outcomes of what was asked over TCP and UDP, these broken
 * promises and these explanations, no more and no fewer. Without an expectation: everything asked for (a ping too) answered
 * whole, at least one thing, and no promise broken. Clients and frames may never disagree.
 *
 * A capture has no asker: there its flows are all that is known.
 */
export function meetsExpectation(
  report: Report,
  expect?: Expectation,
): { readonly ok: boolean; readonly differences: readonly Difference[] } {
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
    compare(
      'findings',
      [],
      [...report.requests, ...report.evictedRequests].flatMap(({ finding }) => finding ?? []),
    ),
  ].filter((difference) => difference !== undefined);
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
