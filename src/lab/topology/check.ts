import { checkAddresses } from './check-addresses.ts';
import { checkMistakes } from './check-mistakes.ts';
import { checkNames } from './check-names.ts';
import { checkPaths } from './check-paths.ts';
import { checkServices } from './check-services.ts';
import { checkUseless } from './check-useless.ts';
import { planOf } from './make-plan.ts';
import { buildNetwork } from './network.ts';
import type { TopologyDocument } from './parse.ts';
import type { Plan } from './plan.ts';
import { sortProblems, type Problem } from './problem.ts';

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
  const errors = [...checkNames(network), ...checkAddresses(network), ...checkServices(network)];
  if (errors.length > 0) return { problems: sortProblems(errors) };
  const plan = planOf(network);
  const warnings = [...checkUseless(network), ...checkMistakes(network, plan), ...checkPaths(network, plan)];
  return { problems: sortProblems(warnings), plan };
}
