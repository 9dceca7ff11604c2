import type { DockerActions, PlatformParts } from '../platform.ts';
import { asLabFailure } from './docker-failure.ts';
import { tellDockerState } from './docker-state.ts';
import { DockerTerminal } from './docker-terminal.ts';
import { imageOptions } from './image-options.ts';
import { openEngine, type OpenEngine } from './open-engine.ts';

/** What commands do with Docker beside running labs. */
export function dockerActions(parts: PlatformParts): DockerActions {
  const withEngine = async <Result>(work: (engine: OpenEngine) => Promise<Result>): Promise<Result> => {
    try {
      const engine = await openEngine(parts);
      try {
        return await work(engine);
      } finally {
        engine.client.close();
      }
    } catch (error) {
      throw asLabFailure(error, parts);
    }
  };
  return {
    look: async () => {
      try {
        tellDockerState(await withEngine(({ present }) => Promise.resolve(present ? 'ready' : 'noImage')));
      } catch {
        tellDockerState('missing');
      }
    },
    ensureImage: (onStep, signal) =>
      withEngine(async ({ client, node, present }) => {
        if (present) return;
        const options = await imageOptions();
        await node.build(client, {
          ...options,
          signal,
          onProgress: (progress) => {
            parts.log.info(progress.text);
            if (progress.kind === 'step') onStep(`${progress.step}/${progress.steps} ${progress.text}`);
          },
        });
        tellDockerState('ready');
      }),
    shell: (session, node) => new DockerTerminal(parts, session, node),
    cleanUp: () =>
      withEngine(async ({ client }) => {
        const { sweep } = await import('../../../lab/docker/sweep.ts');
        return (await sweep(client)).map(({ name }) => name);
      }),
  };
}
