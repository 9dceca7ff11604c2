import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { PortName } from '../forwarder/ports/network-port.ts';
import type { Engine, EventSink } from '../lab/engine.ts';
import type { DockerClient } from '../lab/docker/docker-client.ts';
import type { DockerEngineOptions } from '../lab/docker/docker-engine.ts';
import { MOST_EVENTS } from '../lab/embedded/most-events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CliError, type Cli } from './cli.ts';
import { packageRoot } from './package-root.ts';

/** What only the Docker engine asks for. */
export interface DockerSettings {
  readonly quiet: boolean;
  /** The topology file, whole path. */
  readonly file?: string;
  readonly silenceSeconds?: number;
  readonly captureBudget?: number;
  readonly port?: PortName;
}

export function isPortName(text: string): text is PortName {
  return ['packet', 'cap'].includes(text);
}

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

/**
 * `auto` is Docker when it answers and the node image is there; else embedded, and it says why. Who asks for Docker gets
 * it: the image is built on first use.
 */
export async function chooseEngine(
  cli: Cli,
  choice: EngineChoice,
  settings: DockerSettings,
): Promise<ChosenEngine> {
  if (choice === 'embedded') return embedded;
  // Loaded only when asked for: a run in memory needs none of it.
  const { openDocker } = await import('../lab/docker/open-docker.ts');
  const { nodeImage } = await import('../lab/docker/image/node-image.ts');
  const { LabError } = await import('../lab/docker/lab-problem.ts');
  const { asCliError } = await import('./with-docker.ts');
  const { buildImage } = await import('./build-image.ts');
  const image = nodeImage(packageRoot());
  try {
    const client = await openDocker();
    try {
      if (!(await image.present(client))) {
        if (choice === 'auto') throw new LabError('image-not-built', { image: image.tag });
        await buildImage(cli, client, image, {}, settings);
      }
      return docker(cli, client, image.tag, settings);
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (error) {
    const reason = asCliError(error);
    if (choice === 'docker' || !(reason instanceof CliError)) throw reason;
    cli.err(cli.translate('cli.engine-fallback', { reason: cli.translate(reason.key, reason.params) }));
    return embedded;
  }
}

/** Whoever watches a run waits no longer for the next thing to happen. */
const IDLE_NS = 10e9;

const embedded: ChosenEngine = {
  name: 'embedded',
  make: async (plan, emit, live) => {
    const { EmbeddedEngine } = await import('../lab/embedded/embedded-engine.ts');
    return new EmbeddedEngine(
      plan,
      emit,
      live ? { pace: 'real', idleNs: IDLE_NS } : { mostEvents: MOST_EVENTS },
    );
  },
  close: () => undefined,
};

function docker(cli: Cli, client: DockerClient, image: string, settings: DockerSettings): ChosenEngine {
  return {
    name: 'docker',
    make: async (plan, emit) => {
      const { DockerEngine } = await import('../lab/docker/docker-engine.ts');
      return new DockerEngine(plan, emit, dockerOptions(cli, client, image, settings));
    },
    close: () => client.close(),
  };
}

/** Steps and warnings go to standard error. */
export function dockerOptions(
  cli: Cli,
  client: DockerClient,
  image: string,
  { quiet, file, silenceSeconds, captureBudget, port }: DockerSettings,
): DockerEngineOptions {
  return {
    client,
    image,
    bundles: join(packageRoot(), 'dist'),
    version: packageJson.version,
    ...(file !== undefined && { file }),
    ...(silenceSeconds !== undefined && { silenceSeconds }),
    ...(captureBudget !== undefined && { captureBudget }),
    ...(port && { port }),
    onStep: (step) => {
      if (!quiet) cli.err(cli.paint('routine', cli.translate(`docker.step.${step}`)));
    },
    onWarning: ({ code, params }) => cli.err(cli.paint('warning', cli.translate(code, params))),
  };
}
