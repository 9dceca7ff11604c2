import { readFileSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CliError, reasonOf, type Cli } from './cli.ts';
import { problemLines } from './problems.ts';
import { asCliError } from './with-docker.ts';

/** Editors write in several steps. */
const SETTLE_MS = 60;

/**
 * Calls `apply` with the file's plan each time it has changed and is without errors; otherwise says what is wrong, and
 * the lab stays as it is. So it does when applying fails, whatever the reason: what runs is taken away at its end. The
 * folder is watched, because editors put a new file in the old one's place.
 */
export function watchTopology(cli: Cli, file: string, apply: (plan: Plan) => Promise<void>): () => void {
  let text = readOrEmpty(file);
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  const look = async () => {
    const now = readOrEmpty(file);
    if (now === text || now === '') return;
    text = now;
    try {
      const { plan, problems } = loadTopology(now, basename(file));
      for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);
      if (plan) await apply(plan);
      else cli.err(cli.translate('cli.kept-running', { file }));
    } catch (error) {
      const reason = asCliError(error);
      // Saved as it is once more, it is tried again.
      text = '';
      if (reason instanceof CliError) cli.err(cli.translate(reason.key, reason.params));
      else cli.err(cli.translate('cli.not-applied', { file, message: reasonOf(reason) }));
    }
  };
  const watcher = watch(dirname(resolve(file)), (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(look);
    }, SETTLE_MS);
  });
  // The folder is gone, or nobody can watch it.
  watcher.on('error', (error) => {
    cli.err(cli.translate('cli.watch-ended', { file, message: reasonOf(error) }));
    watcher.close();
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
