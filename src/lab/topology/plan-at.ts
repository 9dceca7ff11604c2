import { applyChanges } from './diff.ts';
import type { Plan } from './plan.ts';

/**
 * The lab as its file says for this time: the plan with everything that has happened by itself until then. A saved file says
 * so for the whole life of a lab, so an event that it puts into the past has its effect at once.
 */
export function planAt(plan: Plan, timeNs: number): Plan {
  return applyChanges(
    plan,
    (plan.events ?? []).filter(({ atNs }) => atNs <= timeNs).flatMap(({ changes }) => changes),
  );
}
