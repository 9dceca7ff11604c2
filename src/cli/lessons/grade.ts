import { basename, resolve } from 'node:path';
import { expectedAt, meetsExpectation, meetsProblems, type Difference } from '../../journey/expectation.ts';
import type { Engine } from '../../lab/engine.ts';
import { loadTopology } from '../../lab/topology/load.ts';
import type { Problem } from '../../lab/topology/problem.ts';
import { CliError, type Cli } from '../cli.ts';
import type { ChosenEngine } from '../choose-engine.ts';
import { readText } from '../files.ts';
import { record } from '../record.ts';
import { nameOf } from './find-files.ts';

/** How one file fared. It showed what it means to show when there are neither differences nor a failure. */
export interface Graded {
  /** As the call has it. */
  readonly file: string;
  readonly name: string;
  /** Of `expect:`, from 1. */
  readonly line: number;
  /** Absent for a file without a plan, which runs nowhere. */
  readonly engine?: Engine['name'];
  readonly differences: readonly (Difference & { readonly line: number })[];
  /** Errors of a file that was not meant to have these. */
  readonly problems: readonly Problem[];
  /** Why its run has no result. */
  readonly failure?: CliError;
  readonly durationMs: number;
  /** Somebody ended the run before it was over. */
  readonly interrupted: boolean;
}

export function isShown({ differences, failure }: Graded): boolean {
  return differences.length === 0 && failure === undefined;
}

/**
 * Runs a file and holds it to what it expects. Rejects with a `CliError` for a file that cannot be read, and where the
 * engine cannot be had; a run that fails is a result.
 */
export async function grade(
  cli: Cli,
  file: string,
  choose: (path: string) => Promise<ChosenEngine>,
): Promise<Graded> {
  const began = performance.now();
  const { plan, expect, places, problems } = loadTopology(readText(file), basename(file));
  const placed = (differences: readonly Difference[]) =>
    differences.map((difference) => ({ ...difference, line: expectedAt(difference, places) }));
  const common = { file, name: nameOf(file), line: places.key(['expect']).start.line };
  const spent = () => ({ durationMs: Math.round(performance.now() - began) });
  if (!plan) {
    const { ok, differences } = meetsProblems(problems, expect);
    const errors = ok ? [] : problems.filter(({ severity }) => severity === 'error');
    return { ...common, differences: placed(differences), problems: errors, interrupted: false, ...spent() };
  }
  const chosen = await choose(resolve(file));
  const ran = { ...common, engine: chosen.name, problems: [] };
  try {
    const { report, interrupted } = await record(cli, plan, chosen, { duration: undefined });
    const { differences } = meetsExpectation(report, expect);
    return { ...ran, differences: placed(differences), interrupted, ...spent() };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ...ran, differences: [], failure: error, interrupted: false, ...spent() };
  }
}
