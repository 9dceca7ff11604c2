import { findLabs, removeLab } from '../lab/docker/sweep.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { withDocker } from './with-docker.ts';

/** `lb-lab stop LAB`: ends a running lab of the Docker engine, by its id or its name. */
export async function stop(cli: Cli, args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(cli, args, {}, 1);
  const [wanted] = positionals;
  const removed = await withDocker(async (client) => {
    const labs = await findLabs(client);
    const chosen = labs.filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
    if (chosen.length === 0) throw new CliError('cli.no-such-lab', { lab: wanted ?? '' });
    if (chosen.length > 1 && !chosen.every(({ id }) => id === wanted))
      throw new CliError('cli.several-labs', {
        labs: chosen.map(({ id, name }) => `${id} (${name})`).join(', '),
      });
    for (const { id } of chosen) await removeLab(client, id);
    return chosen;
  });
  for (const { id, name } of removed) cli.out(cli.translate('cli.removed', { id, name }));
  return 0;
}
