import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DockerClient } from '../../../lab/docker/docker-client.ts';
import type { DockerEngine, DockerEngineOptions, StartStep } from '../../../lab/docker/docker-engine.ts';
import type { FoundLab } from '../../../lab/docker/sweep.ts';
import type { EventSink } from '../../../lab/engine.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { EngineSource } from '../../core/labs/lab-engine.ts';
import type { PlatformParts } from '../platform.ts';
import { setting } from '../settings.ts';
import { asLabFailure } from './docker-failure.ts';

const STEPS: readonly StartStep[] = ['sweep', 'containers', 'self-test', 'configure', 'ready'];

/**
 * Docker, opened and with the node image: good for one lab, whose stop closes it.
 * @param left A lab that another window left: it is taken up instead of a new one.
 */
export function dockerSource(
  parts: PlatformParts,
  { client, image }: { readonly client: DockerClient; readonly image: string },
  left?: FoundLab,
): EngineSource {
  const { context, translate } = parts;
  const steps: readonly StartStep[] = left ? ['attach', 'ready'] : STEPS;
  return {
    name: 'docker',
    takesUp: left !== undefined,
    make: async (plan, emit, { uri, onStep, onWarning, onReleased }) => {
      const options: DockerEngineOptions = {
        client,
        image,
        bundles: join(context.extensionPath, 'dist'),
        // The editor has read it; a copy of the whole file would be in the bundle otherwise.
        version: (context.extension.packageJSON as { version: string }).version,
        file: vscode.Uri.parse(uri).fsPath,
        onStep: (step) =>
          onStep({
            step: steps.indexOf(step) + 1,
            steps: steps.length,
            text: translate(`docker.step.${step}`),
          }),
        onWarning: ({ code, params }) => onWarning(translate(code, params)),
        onReleased,
        port: setting('lbLab.docker.forwarderPort'),
      };
      const translated = (error: unknown) => asLabFailure(error, parts);
      try {
        return speakingToPeople(await engineOf(plan, emit, options, left), translated);
      } catch (error) {
        throw translated(error);
      }
    },
    close: () => client.close(),
  };
}

async function engineOf(
  plan: Plan,
  emit: EventSink,
  options: DockerEngineOptions,
  left: FoundLab | undefined,
): Promise<DockerEngine> {
  if (left) {
    const { attachDocker } = await import('../../../lab/docker/attach-docker.ts');
    return attachDocker(left, emit, options);
  }
  const { DockerEngine } = await import('../../../lab/docker/docker-engine.ts');
  return new DockerEngine(plan, emit, options);
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
