import type { DockerClient } from './docker-client.ts';
import { DockerError } from './docker-problem.ts';
import { connectDocker } from './connect-docker.ts';
import { resolveEndpoint, type Surroundings } from './endpoint.ts';

/** The engine the docker CLI would talk to. Rejects with a `DockerError`. */
export async function openDocker(surroundings?: Surroundings): Promise<DockerClient> {
  const result = resolveEndpoint(surroundings);
  if ('problem' in result) throw new DockerError(result.problem.code, result.problem.params);
  return connectDocker(result.endpoint);
}
