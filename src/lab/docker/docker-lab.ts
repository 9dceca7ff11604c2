import type { NodeSetting } from '../engine.ts';
import type { NodeEvent } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import type { AgentLink } from './agent-link.ts';
import type { AgentDevice, AgentEvent, AgentWarning, CapturedFrame, NodeSetup } from './agent-protocol.ts';
import { NodeContainer } from './container.ts';
import type { DockerClient } from './docker-client.ts';
import { LabError } from './lab-problem.ts';
import type { LabIdentity } from './labels.ts';
import { createSegment } from './network.ts';
import { nodeSetup, setupChange } from './node-setup.ts';
import { SelfTest } from './self-test.ts';
import { removeLab } from './sweep.ts';

export interface LabListener {
  frames(node: string, frames: readonly CapturedFrame[]): void;
  event(node: string, event: AgentEvent): void;
  /** `time` is the host's, in nanoseconds; now when left out. */
  state(node: string, state: NodeEvent['state'], reason?: string, time?: string): void;
  warning(warning: AgentWarning): void;
}

export interface DockerLabOptions {
  readonly client: DockerClient;
  readonly identity: LabIdentity;
  readonly image: string;
  readonly archive: Buffer;
  /** See `DockerEngineOptions`. */
  readonly captureBudget: number | undefined;
  readonly listener: LabListener;
}

interface RunningNode {
  readonly container: NodeContainer;
  readonly link: AgentLink;
  devices: readonly AgentDevice[];
  /** What it was told last; undefined until it was configured. */
  setup: NodeSetup | undefined;
  paused: boolean;
}

/** The containers and networks of one lab. What it makes is found again by the lab's label, so that all of it can go. */
export class DockerLab {
  readonly #options: DockerLabOptions;
  readonly #networks = new Map<string, string>();
  readonly #nodes = new Map<string, RunningNode>();
  /** What was done to nodes by hand; it lies over the plan. */
  readonly #overlay = new Map<string, Exclude<NodeSetting, 'running'>>();
  #selfTest: SelfTest | undefined;
  #ending = false;

  constructor(options: DockerLabOptions) {
    this.#options = options;
  }

  get links(): ReadonlyMap<string, AgentLink> {
    return new Map([...this.#nodes].map(([name, { link }]) => [name, link]));
  }

  link(node: string): AgentLink | undefined {
    return this.#nodes.get(node)?.link;
  }

  /** A node's container. */
  containerOf(node: string): string | undefined {
    return this.#nodes.get(node)?.container.id;
  }

  /** Networks, then containers, then interfaces without addresses: ready for the self-test. */
  async raise(plan: Plan): Promise<void> {
    await all(
      plan.segments.map(async (segment) => {
        this.#networks.set(
          segment.name,
          await createSegment(this.#options.client, this.#options.identity, segment, plan),
        );
      }),
    );
    await all(plan.nodes.map((node) => this.#startNode(plan, node)));
  }

  async selfTest(plan: Plan): Promise<void> {
    const test = new SelfTest(plan, this.links);
    this.#selfTest = test;
    try {
      await test.run();
    } finally {
      this.#selfTest = undefined;
    }
  }

  /** Addresses, servers, forwarders. */
  async configure(plan: Plan): Promise<void> {
    await all(plan.nodes.map((node) => this.#configure(plan, node)));
  }

  /**
   * Goes over to another plan. What a node is told as before is not told again, so a node that does not change is not
   * touched. Returns when the first change took effect, as the host's time.
   */
  async apply(before: Plan, plan: Plan): Promise<string | undefined> {
    const { client, identity, listener } = this.#options;
    const times: string[] = [];
    for (const segment of plan.segments)
      if (!this.#networks.has(segment.name))
        this.#networks.set(segment.name, await createSegment(client, identity, segment, plan));
    for (const name of [...this.#nodes.keys(), ...this.#overlay.keys()]) {
      if (plan.nodes.some((node) => node.name === name)) continue;
      this.#overlay.delete(name);
      await this.#removeNode(name);
    }
    await all(
      plan.nodes.map(async (node) => {
        if (this.#overlay.get(node.name) === 'stopped') return;
        const running = this.#nodes.get(node.name);
        const was = before.nodes.find(({ name }) => name === node.name);
        if (running && was && sameData(was.sysctls, node.sysctls)) {
          const time = await this.#change(plan, node, running);
          if (time !== undefined) times.push(time);
          return;
        }
        // The switches of a network stack can only be set when it is made.
        if (running) {
          listener.warning({ code: 'docker.warning.restarted', params: { node: node.name } });
          await this.#removeNode(node.name);
        }
        await this.#startNode(plan, node);
        times.push(await this.#configure(plan, node));
        listener.state(node.name, 'running');
        if (this.#overlay.has(node.name)) await this.#pause(node.name);
      }),
    );
    for (const [name, network] of [...this.#networks]) {
      if (plan.segments.some((segment) => segment.name === name)) continue;
      await client.removeNetwork(network);
      this.#networks.delete(name);
    }
    return times.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))[0];
  }

  /** See `Engine.setNode`; rejects with a `LabError` when a node cannot be started. */
  async setNode(plan: Plan, name: string, state: NodeSetting): Promise<boolean> {
    const node = plan.nodes.find((planned) => planned.name === name);
    const isThere = this.#nodes.has(name);
    if (!node || (state === 'paused' && !isThere)) return false;
    if (state === 'stopped') await this.#stopNode(name);
    else if (state === 'paused') await this.#pause(name);
    else if (isThere) await this.#resume(name);
    else {
      this.#overlay.delete(name);
      await this.#startNode(plan, node);
      const time = await this.#configure(plan, node);
      this.#options.listener.state(name, 'running', undefined, time);
    }
    return true;
  }

  async nodeState(name: string): Promise<NodeState | undefined> {
    return this.#nodes.get(name)?.link.ask('state', {});
  }

  /** Nodes that know these addresses by an answer that nobody gives any more. */
  async forget(neighbours: readonly { readonly segment: string; readonly address: number }[]): Promise<void> {
    if (neighbours.length === 0) return;
    await all([...this.#nodes.values()].map(({ link }) => link.ask('forget', { neighbours })));
  }

  /** What the captures lost is told before this resolves. */
  async tellLosses(): Promise<void> {
    await Promise.allSettled([...this.#nodes.values()].map(({ link }) => link.ask('losses', {}, 5000)));
  }

  /** Closes the streams and removes everything with the lab's label. */
  async remove(): Promise<void> {
    this.#ending = true;
    for (const { link } of this.#nodes.values()) link.close();
    this.#nodes.clear();
    this.#networks.clear();
    await removeLab(this.#options.client, this.#options.identity.id);
  }

  async #startNode(plan: Plan, node: PlannedNode): Promise<void> {
    const { client, identity, image, archive, listener } = this.#options;
    const container = await NodeContainer.start(node, {
      client,
      lab: identity,
      image,
      archive,
      networkOf: (segment) => this.#networks.get(segment) ?? '',
    });
    // At once: the engine takes its time for either, and the agent listens before it has any interface.
    const [devices, link] = await both(
      container.connect(node),
      container.link({
        frames: (frames) => this.#frames(node.name, frames),
        event: (event) => listener.event(node.name, event),
        lost: () => this.#lost(node.name, container),
      }),
    );
    this.#nodes.set(node.name, { container, link, devices, setup: undefined, paused: false });
    await named(node.name, link.ask('attach', { setup: this.#setupOf(plan, node, devices) }));
  }

  #setupOf(plan: Plan, node: PlannedNode, devices: readonly AgentDevice[]): NodeSetup {
    const { captureBudget } = this.#options;
    return { ...nodeSetup(plan, node, devices), ...(captureBudget !== undefined && { captureBudget }) };
  }

  async #configure(plan: Plan, node: PlannedNode): Promise<string> {
    const running = this.#nodes.get(node.name);
    if (!running) throw new LabError('node-failed', { node: node.name, message: '' });
    const setup = this.#setupOf(plan, node, running.devices);
    const { warnings, timeNs } = await named(node.name, running.link.ask('configure', { setup }));
    running.setup = setup;
    warnings.forEach(this.#options.listener.warning);
    return timeNs;
  }

  /** Tells a running node what is new for it; undefined when nothing is. */
  async #change(plan: Plan, node: PlannedNode, running: RunningNode): Promise<string | undefined> {
    const setup = this.#setupOf(plan, node, running.devices);
    const change = setupChange(running.setup, setup);
    if (change === 'none') return undefined;
    if (change === 'node') {
      running.devices = await running.container.connect(node);
      return this.#configure(plan, node);
    }
    const { timeNs } = await named(node.name, running.link.ask('reconfigure', { setup }));
    running.setup = setup;
    return timeNs;
  }

  async #pause(name: string): Promise<void> {
    const running = this.#nodes.get(name);
    if (!running || running.paused) return;
    this.#overlay.set(name, 'paused');
    const { timeNs } = await named(name, running.link.ask('pause', {}));
    running.paused = true;
    this.#options.listener.state(name, 'paused', undefined, timeNs);
  }

  async #resume(name: string): Promise<void> {
    const running = this.#nodes.get(name);
    this.#overlay.delete(name);
    if (!running?.paused) return;
    running.paused = false;
    const { warnings, timeNs } = await named(name, running.link.ask('resume', {}));
    this.#options.listener.state(name, 'running', undefined, timeNs);
    warnings.forEach(this.#options.listener.warning);
  }

  /** Off the network before its processes end: a host without power says no farewell. */
  async #stopNode(name: string): Promise<void> {
    const running = this.#nodes.get(name);
    this.#overlay.set(name, 'stopped');
    if (!running) return;
    await running.link.ask('losses', {}, 5000).catch(() => undefined);
    // One that does not answer is stopped all the same.
    const time = await running.link.ask('unplug', {}, 5000).catch(() => undefined);
    await this.#removeNode(name, time?.timeNs);
  }

  async #removeNode(name: string, time?: string): Promise<void> {
    const running = this.#nodes.get(name);
    if (!running) return;
    this.#nodes.delete(name);
    running.link.close();
    await running.container.remove();
    this.#options.listener.state(name, 'stopped', undefined, time);
  }

  #frames(node: string, frames: readonly CapturedFrame[]): void {
    if (this.#selfTest) for (const frame of frames) this.#selfTest.see(node, frame);
    else this.#options.listener.frames(node, frames);
  }

  #lost(node: string, container: NodeContainer): void {
    if (this.#ending || this.#nodes.get(node)?.container !== container) return;
    this.#nodes.delete(node);
    this.#options.listener.state(node, 'failed', 'container-gone');
  }
}

async function named<Result>(node: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new LabError('node-failed', { node, message }, { cause: error });
  }
}

/** Waits for all, even when one fails: nothing may still be under way when what was made is taken away. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The same for two, with their results. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await all([one, other]);
  return [await one, await other];
}
