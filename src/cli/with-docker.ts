import type { DockerClient } from '../lab/docker/docker-client.ts';
import { DockerError } from '../lab/docker/docker-problem.ts';
import { LabError } from '../lab/docker/lab-problem.ts';
import { openDocker } from '../lab/docker/open-docker.ts';
import { CliError } from './cli.ts';

/** Runs with a client of the engine that the docker CLI would use; its problems become errors of the call. */
export async function withDocker<Result>(work: (client: DockerClient) => Promise<Result>): Promise<Result> {
  try {
    const client = await openDocker();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  } catch (error) {
    throw asCliError(error);
  }
}

/** What people can read and act upon; anything else is a fault of ours and stays as it is. */
export function asCliError(error: unknown): unknown {
  if (error instanceof DockerError) {
    const { code, params } = error.problem;
    // Only Ctrl-C cancels a build here.
    return new CliError(`docker.problem.${code}`, params, code === 'build-cancelled' ? 130 : undefined);
  }
  if (error instanceof LabError)
    return new CliError(`docker.lab.${error.problem.code}`, error.problem.params);
  return error;
}
