import type { Plan } from '../../../lab/topology/plan.ts';
import type { TopologyText } from '../language/topology-text.ts';

/**
 * The node or segment that a cursor stands on or in.
 * @param topology As it is in the editor: since the lab took it, it may have been edited.
 * @param plan As the lab has it.
 */
export function namesAt({ text, loaded }: TopologyText, plan: Plan, offset: number): string[] {
  const names = new Set([...plan.nodes, ...plan.segments].map(({ name }) => name));
  // A server in a service's list, a segment in a node's `at`, a client in `from`: its own word comes first.
  const word = /[\w.-]+/g;
  for (const match of text.matchAll(word)) {
    if (match.index > offset) break;
    if (match.index + match[0].length >= offset && names.has(match[0])) return [match[0]];
  }
  return loaded.places
    .pathAt(offset)
    .map(String)
    .filter((part, index) => index === 1 && names.has(part));
}
