import type { ContainerSummary, DockerClient, NetworkSummary } from './docker-client.ts';
import { isControlledHere } from './controlled.ts';
import { LabError } from './lab-problem.ts';
import { LABEL } from './labels.ts';
import { ownerOf, ownerState } from './owner.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';

/** A lab as its labels tell of it. */
export interface FoundLab {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly version: string;
  /** In seconds since 1970: its oldest container. Undefined while there are networks only. */
  readonly created: number | undefined;
  readonly containers: readonly ContainerSummary[];
  readonly networks: readonly NetworkSummary[];
}

/** A start on another machine may take so long before its first container runs. */
const START_GRACE_S = 600;

/** Ours look so; ids end in names of objects and in what the engine is asked for. */
const ID = /^[\w-]{1,64}$/;

/** All labs of the engine. Nothing but labels is asked, so objects of others cannot be among them. */
export async function findLabs(client: DockerClient): Promise<FoundLab[]> {
  const [containers, networks] = await Promise.all([
    client.listContainers([LABEL.lab]),
    client.listNetworks([LABEL.lab]),
  ]);
  const told = [...containers, ...networks].flatMap(({ labels }) => labels[LABEL.lab] ?? []);
  const ids = new Set(told.filter((id) => ID.test(id)));
  return [...ids].map((id) => {
    const own = <Item extends { readonly labels: Readonly<Record<string, string>> }>(
      items: readonly Item[],
    ) => items.filter(({ labels }) => labels[LABEL.lab] === id);
    const [mine, segments] = [own(containers), own(networks)];
    const labels = [...mine, ...segments][0]?.labels ?? {};
    return {
      id,
      name: labels[LABEL.name] ?? '',
      owner: labels[LABEL.owner] ?? '',
      version: labels[LABEL.version] ?? '',
      created: mine.length > 0 ? Math.min(...mine.map(({ created }) => created)) : undefined,
      containers: mine,
      networks: segments,
    };
  });
}

/** Takes away the labs that nobody holds; returns them. One that another takes away meanwhile is no error. */
export async function sweep(client: DockerClient): Promise<FoundLab[]> {
  const labs = await findLabs(client);
  const held = await Promise.all(labs.map((lab) => isHeld(client, lab)));
  const stale = labs.filter((_, index) => !held[index]);
  await removeLabs(client, stale);
  return stale;
}

/** One that cannot be removed keeps none of the others; the first failure is thrown when all have been tried. */
export async function removeLabs(client: DockerClient, labs: readonly FoundLab[]): Promise<void> {
  const failures: unknown[] = [];
  for (const { id, containers } of labs) {
    // Of one whose containers are gone there is nothing to wait for.
    const rounds = containers.length > 0 ? ROUNDS : 1;
    await removeLab(client, id, rounds).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** By its owner, who lives, or by a lease under which an owner may come back. */
export async function isHeld(client: DockerClient, lab: FoundLab): Promise<boolean> {
  const state = ownerState(lab.owner);
  if (state === 'alive' && (lab.owner !== ownerOf() || isControlledHere(lab.id))) return true;
  const running = lab.containers.filter((container) => ['running', 'paused'].includes(container.state));
  // Agents end themselves when no controller speaks to them: on another machine a running node is a living lab.
  if (state === 'elsewhere') return running.length > 0 || isYoung(lab);
  // While it starts it has no lease yet.
  if (state === 'unknown' && isYoung(lab)) return true;
  if (running.length === 0) return false;
  return (await Promise.all(running.map(({ id }) => hasLease(client, id)))).some(Boolean);
}

function isYoung({ created, networks }: FoundLab): boolean {
  const times = [...networks.map((network) => Date.parse(network.created) / 1000), created ?? 0];
  return Date.now() / 1000 - Math.max(...times.filter(Number.isFinite)) < START_GRACE_S;
}

async function hasLease(client: DockerClient, container: string): Promise<boolean> {
  try {
    const command = ['node', `${AGENT_FOLDER}/agent.cjs`, 'lease'];
    const { exitCode } = await client.execute(container, { command });
    return exitCode === 0;
  } catch {
    return false;
  }
}

const ROUNDS = 10;
const PAUSE_MS = 300;

/**
 * Removes everything that carries the lab's label: its containers leave their networks, then both are removed. Whole or
 * not at all is not to be had, so it tries again as long as something is left. Throws the last failure when something
 * still is; a `LabError` where only the engine is to blame.
 */
export async function removeLab(client: DockerClient, id: string, rounds = ROUNDS): Promise<void> {
  const label = `${LABEL.lab}=${id}`;
  for (let round = 1; ; round += 1) {
    const containers = await client.listContainers([label]);
    await disconnect(client, label, containers);
    const outcomes = await Promise.allSettled(containers.map((one) => client.removeContainer(one.id)));
    const networks = await client.listNetworks([label]);
    outcomes.push(...(await Promise.allSettled(networks.map((one) => client.removeNetwork(one.id)))));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return;
    if (round >= rounds) throw (await stuckNetwork(client, label)) ?? failed.reason;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** One after another (see `DockerodeClient`): what is removed at once leaves at once. What fails here is tried by the removal. */
async function disconnect(
  client: DockerClient,
  label: string,
  containers: readonly ContainerSummary[],
): Promise<void> {
  const ours = new Set(containers.map(({ id }) => id));
  const leave = async (network: string) => {
    const connected = (await client.containersOn(network)).filter((id) => ours.has(id));
    await Promise.allSettled(connected.map((id) => client.disconnectNetwork(network, id)));
  };
  await Promise.allSettled((await client.listNetworks([label])).map(({ id }) => leave(id)));
}

/** The engine may count a container on a network that has none (seen with 20.10 on a busy machine) and then never lets go of it. */
async function stuckNetwork(client: DockerClient, label: string): Promise<LabError | undefined> {
  const [network] = await client.listNetworks([label]);
  if (!network || (await client.listContainers([label])).length > 0) return undefined;
  if ((await client.containersOn(network.id)).length > 0) return undefined;
  return new LabError('network-stuck', { network: network.name });
}
