import { removeLab } from '../lab/docker/sweep.ts';
import { parseOptions, type Cli } from './cli.ts';
import { findLab } from './find-lab.ts';
import { withDocker } from './with-docker.ts';

/** `lb-lab stop LAB`: ends a running lab of the Docker engine, by its id or its name. */
export async function stop(cli: Cli, args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(cli, args, {}, 1);
  const { id, name } = await withDocker(async (client) => {
    const lab = await findLab(client, positionals[0]);
    await removeLab(client, lab.id);
    return lab;
  });
  cli.out(cli.translate('cli.removed', { id, name }));
  return 0;
}
