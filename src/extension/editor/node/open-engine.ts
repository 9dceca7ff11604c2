import type { DockerClient } from '../../../lab/docker/docker-client.ts';
import type { NodeImage } from '../../../lab/docker/image/node-image.ts';
import type { PlatformParts } from '../platform.ts';
import { setting } from '../settings.ts';

export interface OpenEngine {
  readonly client: DockerClient;
  readonly node: NodeImage;
  readonly image: string;
  /** The node image has been built. */
  readonly present: boolean;
}

/** The engine that the settings name, else the one the docker CLI would use. Rejects with a `DockerError`. */
export async function openEngine({ context }: Pick<PlatformParts, 'context'>): Promise<OpenEngine> {
  const [{ openDocker }, { thisMachine }, { nodeImage }] = await Promise.all([
    import('../../../lab/docker/open-docker.ts'),
    import('../../../lab/docker/endpoint.ts'),
    import('../../../lab/docker/image/node-image.ts'),
  ]);
  const machine = thisMachine();
  const host = setting('lbLab.docker.host');
  const environment = host ? { ...machine.environment, DOCKER_HOST: host } : machine.environment;
  const client = await openDocker({ ...machine, environment });
  try {
    const node = nodeImage(context.extensionPath);
    return { client, node, image: node.tag, present: await node.present(client) };
  } catch (error) {
    client.close();
    throw error;
  }
}
