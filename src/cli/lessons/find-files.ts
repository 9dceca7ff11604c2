import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadTopology } from '../../lab/topology/load.ts';
import { hasError } from '../../lab/topology/problem.ts';
import { CliError } from '../cli.ts';
import { readText } from '../files.ts';
import { packageRoot } from '../package-root.ts';

const ENDING = /\.lblab\.ya?ml$/;

const folder = (): string => join(packageRoot(), 'examples', 'lessons');

/** Names of the lessons that come with the lab, in alphabetical order. */
export function lessonNames(): string[] {
  return readdirSync(folder())
    .filter((name) => ENDING.test(name))
    .map((name) => name.replace(ENDING, ''));
}

export function nameOf(file: string): string {
  return basename(file).replace(ENDING, '');
}

export interface Found {
  /** To be graded, in the order of the call; each once. */
  readonly files: readonly string[];
  /** In folders that were named: sound, and without an `expect:` to hold them to. */
  readonly leftOut: number;
}

/**
 * What words of a call mean: `all`, a lesson's name, a file, or a folder with all that is below it. In a folder every file
 * with an `expect:` counts, and every broken one: it may have had one. Throws `CliError` for what is none of these.
 */
export function findFiles(words: readonly string[]): Found {
  const names = lessonNames();
  const lesson = (name: string) => join(folder(), `${name}.lblab.yaml`);
  const files = new Set<string>();
  let leftOut = 0;
  for (const word of words) {
    if (word === 'all') names.map(lesson).forEach((file) => files.add(file));
    else if (names.includes(word)) files.add(lesson(word));
    else if (!existsSync(word)) throw new CliError('cli.no-such-lesson', { lesson: word });
    else if (!statSync(word).isDirectory()) files.add(word);
    else {
      const below = topologiesBelow(word);
      const graded = below.filter(isToBeGraded);
      if (graded.length === 0) throw new CliError('cli.no-lesson-in', { folder: word });
      graded.forEach((file) => files.add(file));
      leftOut += below.length - graded.length;
    }
  }
  return { files: [...files], leftOut };
}

/** In alphabetical order, without hidden folders and what was installed; links are not followed. */
function topologiesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return ENDING.test(entry.name) ? [path] : [];
    const isOurs = entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules';
    return isOurs ? topologiesBelow(path) : [];
  });
}

function isToBeGraded(file: string): boolean {
  const { expect, problems } = loadTopology(readText(file), basename(file));
  return expect !== undefined || hasError(problems);
}
