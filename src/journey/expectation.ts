import type { Expectation } from '../lab/topology/plan.ts';
import type { Report } from './report.ts';

export interface Difference {
  readonly what: 'outcomes' | 'broken' | 'explanations';
  /** Names, comma-separated; empty for none. */
  readonly expected: string;
  readonly observed: string;
}

/**
 * Whether a run showed what its file means to show: these outcomes of TCP and UDP flows, these broken promises and
 * these explanations, no more and no fewer; a load that got no answer at all counts as one more lost. Without an expectation: every flow (a ping too) answered, at least one of
 * them, and no promise broken.
 */
export function meetsExpectation(
  report: Report,
  expect?: Expectation,
): { readonly ok: boolean; readonly differences: readonly Difference[] } {
  const kinds = expect ? ['tcp', 'udp'] : ['tcp', 'udp', 'icmp'];
  const flows = report.flows.filter(
    // Of what was recorded in part, an end that was not seen says nothing.
    ({ kind, partial, outcome }) => kinds.includes(kind) && !(partial && outcome.kind === 'open'),
  );
  const broken = report.promises.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);
  const differences = [
    compare('outcomes', expect?.outcomes ?? ['answered'], [
      ...flows.map(({ outcome }) => outcome.kind),
      ...report.loads.flatMap(({ requests }) => (requests === 0 ? ['lost'] : [])),
    ]),
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
  ].filter((difference) => difference !== undefined);
  return { ok: differences.length === 0, differences };
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
