import { checkedPlan } from './check.ts';
import { expectation } from './make-plan.ts';
import { parseTopology, type TopologyDocument } from './parse.ts';
import type { Places } from './places.ts';
import type { Expectation, Plan } from './plan.ts';
import { hasError, sortProblems, type Problem } from './problem.ts';

export interface LoadedTopology {
  /** Absent when there is an error. */
  readonly plan?: Plan;
  /** What the file means to show; there even without a plan, for that may be what it means to show. */
  readonly expect?: Expectation;
  /** Absent when the file does not have the shape of a topology. */
  readonly document?: TopologyDocument;
  /** Where everything stands, as far as the file could be read. */
  readonly places: Places;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
}

/** Text to plan: parse, check, plan. `name` is the file's name without folders; `.lblab.yaml` is left off the lab's name. */
export function loadTopology(text: string, name: string): LoadedTopology {
  const { document, places, problems: parsing } = parseTopology(text, name);
  if (!document) return { places, problems: parsing };
  const { problems: found, plan } = checkedPlan(document);
  const problems = sortProblems([...parsing, ...found]);
  const expect = expectation(document);
  return {
    ...(plan && !hasError(problems) && { plan }),
    ...(expect && { expect }),
    document,
    places,
    problems,
  };
}
