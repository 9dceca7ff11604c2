import { readFileSync } from 'node:fs';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { asPlan } from '../topology/plan-shape.ts';
import { NODE_VARIABLE, PLAN_FILE } from '../agent-wire/paths.ts';

/** Throws for a file that is no plan, and for a node that is not in it. */
export function alonePlan(): { readonly plan: Plan; readonly node: PlannedNode } {
  const plan = asPlan(JSON.parse(readFileSync(PLAN_FILE, 'utf8')));
  if (!plan) throw new Error(`${PLAN_FILE} is no plan of this version of LB Lab: export the lab again`);
  const name = process.env[NODE_VARIABLE];
  const node = plan.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`${NODE_VARIABLE}=${name ?? ''} is no node of ${PLAN_FILE}`);
  return { plan, node };
}
