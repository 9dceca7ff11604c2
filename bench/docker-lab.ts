import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DockerClient } from '../src/lab/docker/docker-client.ts';
import { DockerEngine, type DockerEngineOptions } from '../src/lab/docker/docker-engine.ts';
import { DockerError } from '../src/lab/docker/docker-problem.ts';
import { nodeImage } from '../src/lab/docker/image/node-image.ts';
import { openDocker } from '../src/lab/docker/open-docker.ts';
import type { EventSink } from '../src/lab/engine.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { Plan } from '../src/lab/topology/plan.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

export interface BenchDocker {
  readonly client: DockerClient;
  readonly image: string;
  engine(plan: Plan, emit: EventSink, more?: Partial<DockerEngineOptions>): DockerEngine;
}

/** The engine with the node image, or what is missing and how to get it. */
export async function benchDocker(): Promise<BenchDocker | string> {
  if (!existsSync(`${root}dist/agent.cjs`)) return 'needs the agent: npm run build';
  let client: DockerClient;
  try {
    client = await openDocker();
  } catch (error) {
    if (error instanceof DockerError) return `needs a Docker engine (${error.problem.code}): start Docker`;
    throw error;
  }
  const image = nodeImage(root);
  if (!(await image.present(client))) {
    client.close();
    return `needs the node image ${image.tag}: node scripts/docker.mjs image`;
  }
  return {
    client,
    image: image.tag,
    engine: (plan, emit, more = {}) =>
      new DockerEngine(plan, emit, {
        client,
        image: image.tag,
        bundles: `${root}dist`,
        version: 'bench',
        ...more,
      }),
  };
}

/** The plan of an example, its text changed first. */
export function examplePlan(name: string, change: (text: string) => string = (text) => text): Plan {
  const file = `${root}examples/${name}.lblab.yaml`;
  const { plan } = loadTopology(change(readFileSync(file, 'utf8')), basename(file));
  if (!plan) throw new Error(`${file} has errors`);
  return plan;
}
