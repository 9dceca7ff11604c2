import type { Places } from './places.ts';
import { firstProblems, hasError, sortProblems, type Problem } from './problem.ts';
import { topologySchema, type Topology } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { readYaml } from './yaml-source.ts';

/** A topology file that has the shape of the schema; whether its names and addresses fit together is for `check`. */
export interface TopologyDocument {
  /** The file's name without `.lblab.yaml`. */
  readonly lab: string;
  readonly topology: Topology;
  /** The same before the schema read it: what its author wrote, without defaults. */
  readonly written: unknown;
  readonly places: Places;
}

export interface ParseResult {
  /** Absent when there is an error. */
  readonly document?: TopologyDocument;
  /** Where what was readable stands; there even for a broken file. */
  readonly places: Places;
  readonly problems: Problem[];
}

/**
 * Reads the text of a topology file. `name` is the file's name, without folders. Nothing is thrown, whatever the text.
 */
export function parseTopology(text: string, name: string): ParseResult {
  const { value, places, problems } = readYaml(text);
  if (hasError(problems)) return { places, problems: firstProblems(sortProblems(problems)) };
  const parsed = topologySchema.safeParse(value);
  const found = parsed.success ? [] : schemaProblems(parsed.error.issues, value, places);
  const all = firstProblems(sortProblems([...problems, ...found]));
  if (!parsed.success || hasError(all)) return { places, problems: all };
  return {
    document: { lab: labName(name), topology: parsed.data, written: value, places },
    places,
    problems: all,
  };
}

/** `dr.lblab.yaml` describes the lab `dr`. */
export function labName(fileName: string): string {
  return fileName.replace(/(\.lblab)?\.ya?ml$/i, '') || 'lab';
}
