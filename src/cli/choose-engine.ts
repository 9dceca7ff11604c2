import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { Engine, EventSink } from '../lab/engine.ts';
import type { DockerClient } from '../lab/docker/docker-client.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CliError, type Cli } from './cli.ts';
import { packageRoot } from './package-root.ts';

export type EngineChoice = 'embedded' | 'docker' | 'auto';

/** An engine that can be made once the plan is known. */
export interface ChosenEngine {
  readonly name: Engine['name'];
  /** Keeps pace with the real time: `live` on the embedded engine, always on Docker. */
  make(plan: Plan, emit: EventSink, live: boolean): Promise<Engine>;
  close(): void;
}

export function isEngineChoice(text: string): text is EngineChoice {
  return ['embedded', 'docker', 'auto'].includes(text);
}

/** `auto` is Docker when it answers and the node image is there; else embedded, and it says why. */
export async function chooseEngine(
  cli: Cli,
  choice: EngineChoice,
  quiet: boolean,
  captureBudget?: number,
): Promise<ChosenEngine> {
  if (choice === 'embedded') return embedded;
  // Loaded only when asked for: a run in memory needs none of it.
  const { openDocker } = await import('../lab/docker/open-docker.ts');
  const { nodeImage } = await import('../lab/docker/image/node-image.ts');
  const { asCliError } = await import('./with-docker.ts');
  const image = nodeImage(packageRoot());
  try {
    const client = await openDocker();
    if (await image.present(client)) return docker(cli, client, image.tag, quiet, captureBudget);
    client.close();
    throw new CliError('docker.lab.image-not-built', { image: image.tag });
  } catch (error) {
    const reason = asCliError(error);
    if (choice === 'docker' || !(reason instanceof CliError)) throw reason;
    cli.err(cli.translate('cli.engine-fallback', { reason: cli.translate(reason.key, reason.params) }));
    return embedded;
  }
}

const embedded: ChosenEngine = {
  name: 'embedded',
  make: async (plan, emit, live) => {
    const { EmbeddedEngine } = await import('../lab/embedded/embedded-engine.ts');
    return new EmbeddedEngine(plan, emit, { pace: live ? 'real' : 'virtual' });
  },
  close: () => undefined,
};

function docker(
  cli: Cli,
  client: DockerClient,
  image: string,
  quiet: boolean,
  captureBudget: number | undefined,
): ChosenEngine {
  return {
    name: 'docker',
    make: async (plan, emit) => {
      const { DockerEngine } = await import('../lab/docker/docker-engine.ts');
      return new DockerEngine(plan, emit, {
        client,
        image,
        bundles: join(packageRoot(), 'dist'),
        version: packageJson.version,
        ...(captureBudget !== undefined && { captureBudget }),
        onStep: (step) => {
          if (!quiet) cli.err(cli.paint('routine', cli.translate(`docker.step.${step}`)));
        },
        onWarning: ({ code, params }) => cli.err(cli.paint('warning', cli.translate(code, params))),
      });
    },
    close: () => client.close(),
  };
}
