import { findLabs, isHeld } from '../lab/docker/sweep.ts';
import { linesOf, parseOptions, type Cli } from './cli.ts';
import { withDocker } from './with-docker.ts';

/** `lb-lab ps [--json]`: the labs of the Docker engine, running or left behind. */
export async function ps(cli: Cli, args: readonly string[]): Promise<number> {
  const { values } = parseOptions(cli, args, { json: { type: 'boolean' } }, 0);
  const labs = await withDocker(async (client) => {
    const found = await findLabs(client);
    return Promise.all(found.map(async (lab) => ({ ...lab, held: await isHeld(client, lab) })));
  });
  if (values.json) {
    linesOf(JSON.stringify(labs, null, 2)).forEach(cli.out);
    return 0;
  }
  if (labs.length === 0) cli.out(cli.translate('cli.no-labs'));
  for (const { id, name, held, containers, networks, version } of labs) {
    const running = containers.filter(({ state }) => state === 'running').length;
    cli.out(
      cli.translate(held ? 'cli.lab-held' : 'cli.lab-left', {
        id,
        name,
        version,
        running,
        containers: containers.length,
        networks: networks.length,
      }),
    );
  }
  return 0;
}
