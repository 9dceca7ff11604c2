import { findLabs, removeLabs, sweep } from '../lab/docker/sweep.ts';
import { parseOptions, type Cli } from './cli.ts';
import { withDocker } from './with-docker.ts';

/** `lb-lab clean [--all]`: takes away what labs left behind; with `--all` the running ones too. */
export async function clean(cli: Cli, args: readonly string[]): Promise<number> {
  const { values } = parseOptions(cli, args, { all: { type: 'boolean' } }, 0);
  const removed = await withDocker(async (client) => {
    if (!values.all) return sweep(client);
    const labs = await findLabs(client);
    await removeLabs(client, labs);
    return labs;
  });
  if (removed.length === 0) cli.out(cli.translate('cli.nothing-left'));
  for (const { id, name } of removed) cli.out(cli.translate('cli.removed', { id, name }));
  return 0;
}
