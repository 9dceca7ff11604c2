import { fileURLToPath } from 'node:url';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { DockerEngine, type DockerEngineOptions } from '../../../src/lab/docker/docker-engine.ts';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { nodeImage } from '../../../src/lab/docker/image/node-image.ts';
import { openDocker } from '../../../src/lab/docker/open-docker.ts';
import type { EventSink } from '../../../src/lab/engine.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { buildOnce } from '../../support/lb-lab.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface DockerHere {
  readonly client: DockerClient;
  readonly image: string;
}

/**
 * A real engine with the node image, for a test that needs one; call it in `before`. Without it the tests are skipped
 * with the reason, under CI they fail.
 */
export async function dockerHere(context: Mocha.Context): Promise<DockerHere> {
  const image = nodeImage(root);
  let missing: string;
  try {
    const client = await openDocker();
    if (await image.present(client)) {
      // The agent as it is now, not as it was built last.
      buildOnce();
      return { client, image: image.tag };
    }
    client.close();
    missing = `the node image ${image.tag} is not built: node scripts/docker.mjs image`;
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    missing = `no Docker engine answers (${error.problem.code})`;
  }
  if (process.env['CI']) throw new Error(missing);
  console.log(`      skipped: ${missing}`);
  return context.skip();
}

/** Whether an engine answers and has the node image. */
export async function dockerIsReady(): Promise<boolean> {
  try {
    const client = await openDocker();
    try {
      return await nodeImage(root).present(client);
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof DockerError) return false;
    throw error;
  }
}

export function dockerEngine(
  { client, image }: DockerHere,
  plan: Plan,
  emit: EventSink,
  more: Partial<DockerEngineOptions> = {},
): DockerEngine {
  return new DockerEngine(plan, emit, { ...dockerOptions({ client, image }), ...more });
}

export function dockerOptions({ client, image }: DockerHere): DockerEngineOptions {
  return { client, image, bundles: `${root}dist`, version: 'test' };
}
