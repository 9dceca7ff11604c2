import type { NodeState } from '../lab/node-state.ts';

/** What may be looked up on a node of a sealed lab: not how its services are set, for that is what is hidden. */
export function sealedState(state: NodeState | undefined): NodeState | undefined {
  if (!state) return undefined;
  const sealed: { -readonly [Key in keyof NodeState]: NodeState[Key] } = { ...state };
  delete sealed.ipvs;
  return sealed;
}
