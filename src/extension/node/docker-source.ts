import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { DockerClient } from '../../lab/docker/docker-client.ts';
import type { StartStep } from '../../lab/docker/docker-engine.ts';
import type { EngineSource } from '../labs/lab-engine.ts';
import type { PlatformParts } from '../platform.ts';
import { asLabFailure } from './docker-failure.ts';

const STEPS: readonly StartStep[] = ['sweep', 'containers', 'self-test', 'configure', 'ready'];

/** Docker, opened and with the node image: good for one lab, whose stop closes it. */
export function dockerSource(
  parts: PlatformParts,
  { client, image }: { readonly client: DockerClient; readonly image: string },
): EngineSource {
  const { context, translate } = parts;
  return {
    name: 'docker',
    make: async (plan, emit, { onStep, onWarning }) => {
      const { DockerEngine } = await import('../../lab/docker/docker-engine.ts');
      const engine = new DockerEngine(plan, emit, {
        client,
        image,
        bundles: join(context.extensionPath, 'dist'),
        version: packageJson.version,
        onStep: (step) =>
          onStep({
            step: STEPS.indexOf(step) + 1,
            steps: STEPS.length,
            text: translate(`docker.step.${step}`),
          }),
        onWarning: ({ code, params }) => onWarning(translate(code, params)),
      });
      return speakingToPeople(engine, (error) => asLabFailure(error, parts));
    },
    close: () => client.close(),
  };
}

/** The same engine, whose failures have a text and a remedy. */
function speakingToPeople<Target extends object>(
  target: Target,
  translated: (error: unknown) => unknown,
): Target {
  return new Proxy(target, {
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, args);
        if (!(result instanceof Promise)) return result;
        return result.catch((error: unknown) => {
          throw translated(error);
        });
      };
    },
  });
}
