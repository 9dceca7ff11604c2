import { fileURLToPath } from 'node:url';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { DockerEngine, type DockerEngineOptions } from '../../../src/lab/docker/docker-engine.ts';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { nodeImage } from '../../../src/lab/docker/image/node-image.ts';
import { openDocker } from '../../../src/lab/docker/open-docker.ts';
import type { EventSink } from '../../../src/lab/engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { attachDocker } from '../../../src/lab/docker/attach-docker.ts';
import type { FoundLab } from '../../../src/lab/docker/sweep.ts';
import { endsIn } from '../request-ends.ts';
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
  const [heard, note] = hearing(emit);
  const engine = new DockerEngine(plan, note, { ...dockerOptions({ client, image }), ...more });
  requests.set(engine, heard);
  return engine;
}

/** What each engine told of its requests. */
const requests = new WeakMap<DockerEngine, LabEvent[]>();

/** Takes up a lab, as `attachDocker`. */
export async function attachedEngine(
  lab: FoundLab,
  emit: EventSink,
  here: DockerHere,
): Promise<DockerEngine> {
  const [heard, note] = hearing(emit);
  const engine = await attachDocker(lab, note, dockerOptions(here));
  requests.set(engine, heard);
  return engine;
}

function hearing(emit: EventSink): [heard: LabEvent[], note: EventSink] {
  const heard: LabEvent[] = [];
  return [
    heard,
    (events) => {
      heard.push(...events.filter(({ kind }) => kind === 'request'));
      emit(events);
    },
  ];
}

/** How the requests made so far ended, in the order in which they did. Waits until all that has happened is told. */
export async function outcomesOf(engine: DockerEngine): Promise<string[]> {
  await engine.settled(0);
  return endsIn(requests.get(engine) ?? []).map(({ outcome }) => outcome);
}

export function dockerOptions({ client, image }: DockerHere): DockerEngineOptions {
  return { client, image, bundles: `${root}dist`, version: 'test' };
}
