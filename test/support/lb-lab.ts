import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testsRun } from './running.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the shipped bundle as a user would, from the project's folder, in English. */
export function lbLab(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Finished {
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/lb-lab.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    env: { PATH, LANG: 'C', ...env },
    maxBuffer: 64 << 20,
  });
  return { code: status ?? -1, out: stdout, err: stderr };
}

/** Builds what is shipped, once per test run; `npm test` has done it already, for all of its runs. */
export function buildOnce(): void {
  if (built || process.env['LB_LAB_BUILT']) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
  built = true;
}
let built = false;

export interface TemporaryFolder {
  readonly path: (name: string) => string;
  readonly remove: () => void;
}

/** A folder until `remove`. Asked for in a suite's body it is made before the suite's tests: a dry run makes none. */
export function temporaryFolder(): TemporaryFolder {
  const folder = join(tmpdir(), `lb-lab-test-${randomUUID()}`);
  const make = (): void => void mkdirSync(folder, { mode: 0o700 });
  if (testsRun()) make();
  else before(make);
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
