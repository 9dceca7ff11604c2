import { checkAddresses } from './check-addresses.ts';
import { checkDirectors } from './check-directors.ts';
import { checkHealth, healthMistakes } from './check-health.ts';
import { checkMistakes } from './check-mistakes.ts';
import { checkNames } from './check-names.ts';
import { checkPaths } from './check-paths.ts';
import { checkServices } from './check-services.ts';
import { checkUseless } from './check-useless.ts';
import { planOf } from './make-plan.ts';
import { buildNetwork, type Network } from './network.ts';
import type { TopologyDocument } from './parse.ts';
import type { Plan } from './plan.ts';
import { plannedEvents } from './plan-events.ts';
import { hasError, sortProblems, type Problem } from './problem.ts';

/** What is wrong with a file of the right shape, in the order of the file. */
export function checkTopology(document: TopologyDocument): Problem[] {
  return checkedPlan(document).problems;
}

/**
 * The same, with the plan that was made for it. Errors first of all: only where there is a plan can it be said what a
 * packet would meet, so warnings are looked for when there is no error.
 */
export function checkedPlan(document: TopologyDocument): {
  readonly problems: Problem[];
  /** Absent when there is an error. */
  readonly plan?: Plan;
} {
  const network = buildNetwork(document);
  const { problems: errors, plan } = planOfNetwork(network);
  if (!plan) return { problems: sortProblems(errors) };
  const warnings = [
    ...checkUseless(network),
    ...checkMistakes(network, plan),
    ...healthMistakes(network, plan),
    ...checkPaths(network, plan),
  ];
  const { events, problems } = plannedEvents(document, plan, (later) => planOfNetwork(buildNetwork(later)));
  if (hasError(problems)) return { problems: sortProblems(problems) };
  return {
    problems: sortProblems([...warnings, ...problems]),
    plan: events.length > 0 ? { ...plan, events } : plan,
  };
}

function planOfNetwork(network: Network): { readonly problems: Problem[]; readonly plan?: Plan } {
  const problems = [
    ...checkNames(network),
    ...checkAddresses(network),
    ...checkServices(network),
    ...checkDirectors(network),
    ...checkHealth(network),
  ];
  return problems.length > 0 ? { problems } : { problems, plan: planOf(network) };
}
