import { fileURLToPath } from 'node:url';
import type { DockerClient } from '../../src/lab/docker/docker-client.ts';
import { DockerError } from '../../src/lab/docker/docker-problem.ts';
import { nodeImage } from '../../src/lab/docker/image/node-image.ts';
import { openDocker } from '../../src/lab/docker/open-docker.ts';

export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The engine that the docker CLI would use, for a `before` hook. Skips its tests where none answers; `scripts/test.mjs`
 * starts one under CI, and there a skipped test is a failure.
 */
export async function engineOrSkip(context: Mocha.Context): Promise<DockerClient> {
  try {
    return await openDocker();
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    console.log(`      no engine: ${error.message}`);
    return context.skip();
  }
}

/** The engine with the node image in it; without the image (`lb-lab image build`) the tests are skipped. */
export async function engineWithImageOrSkip(context: Mocha.Context): Promise<DockerClient> {
  const client = await engineOrSkip(context);
  if (await nodeImage(packageRoot).present(client)) return client;
  client.close();
  console.log('      no node image: node scripts/docker.mjs image');
  return context.skip();
}

/** Whether an engine answers and has the node image. */
export async function dockerIsReady(): Promise<boolean> {
  try {
    const client = await openDocker();
    try {
      return await nodeImage(packageRoot).present(client);
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof DockerError) return false;
    throw error;
  }
}
