import type { TopologyDocument } from './parse.ts';
import { sortProblems, type Problem } from './problem.ts';

export function checkTopology(document: TopologyDocument): Problem[] {
  void document;
  return sortProblems([]);
}
