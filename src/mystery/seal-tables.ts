import type { NodeState } from '../lab/node-state.ts';

/** What may be looked up on a node of a sealed lab: not how its services are set, for that is what is hidden. */
export function sealedState(state: NodeState | undefined): NodeState | undefined {
  if (!state) return undefined;
  const { ipvs: _, ...rest } = state;
  return rest;
}
