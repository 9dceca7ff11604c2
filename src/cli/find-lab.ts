import type { DockerClient } from '../lab/docker/docker-client.ts';
import { findLabs, type FoundLab } from '../lab/docker/sweep.ts';
import { CliError } from './cli.ts';

/** The lab of that id or name, or the only one there is; throws `CliError` when that is none or several. */
export async function findLab(client: DockerClient, wanted: string | undefined): Promise<FoundLab> {
  const labs = await findLabs(client);
  const chosen = labs.filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
  const [lab, ...others] = chosen;
  if (!lab)
    throw new CliError(wanted === undefined ? 'cli.no-lab-runs' : 'cli.no-such-lab', { lab: wanted ?? '' });
  if (others.length > 0)
    throw new CliError('cli.several-labs', {
      labs: chosen.map(({ id, name }) => `${id} (${name})`).join(', '),
    });
  return lab;
}
