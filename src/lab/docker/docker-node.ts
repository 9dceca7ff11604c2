import type { NodeState } from '../node-state.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import type { AgentLink } from './agent-link.ts';
import type {
  AgentDevice,
  AgentEvent,
  AgentWarning,
  CapturedFrame,
  NodeSettings,
  NodeSetup,
} from '../agent-wire/agent-protocol.ts';
import { NodeContainer, type ContainerOptions } from './container.ts';
import { DockerError } from './docker-problem.ts';
import { LabError } from './lab-problem.ts';
import { nodeSetup, setupChange } from '../agent-wire/node-setup.ts';

export interface NodeListener {
  frames(node: string, frames: readonly CapturedFrame[]): void;
  event(node: string, event: AgentEvent): void;
  warning(warning: AgentWarning): void;
  /** The stream to the agent ended. */
  lost(node: DockerNode): void;
}

export interface NodeOptions extends ContainerOptions {
  readonly settings: NodeSettings;
}

const SHORTLY_MS = 5000;

/** One node that runs: its container, the stream to its agent, and what the agent was told. */
export class DockerNode {
  readonly name: string;
  readonly #container: NodeContainer;
  readonly #listener: NodeListener;
  readonly #settings: NodeSettings;
  #link: AgentLink | undefined;
  #devices: readonly AgentDevice[] = [];
  /** What it was told last; undefined until it was configured. */
  #setup: NodeSetup | undefined;
  #paused = false;

  private constructor(name: string, container: NodeContainer, options: NodeOptions, listener: NodeListener) {
    this.name = name;
    this.#container = container;
    this.#listener = listener;
    this.#settings = options.settings;
  }

  /** A new container with interfaces and captures, but without addresses. */
  static async start(
    plan: Plan,
    planned: PlannedNode,
    options: NodeOptions,
    listener: NodeListener,
  ): Promise<DockerNode> {
    const container = await NodeContainer.start(planned, options);
    const node = new DockerNode(planned.name, container, options, listener);
    try {
      // At once: the engine takes its time for either, and the agent listens before it has any interface.
      const [devices] = await both(container.connect(planned), node.open());
      node.#devices = devices;
      await node.#named(node.link.ask('attach', { setup: node.#setupFor(plan, planned) }));
      return node;
    } catch (error) {
      await node.remove().catch(() => undefined);
      throw error;
    }
  }

  /** What takes its time to start is started, ahead of `configure`. */
  async warmUp(plan: Plan, planned: PlannedNode): Promise<void> {
    await this.#named(this.link.ask('warm-up', { setup: this.#setupFor(plan, planned) }));
  }

  /** One that another controller started. Its stream is not opened yet. */
  static adopt(name: string, id: string, options: NodeOptions, listener: NodeListener): DockerNode {
    return new DockerNode(name, NodeContainer.adopt(id, options), options, listener);
  }

  get containerId(): string {
    return this.#container.id;
  }

  get link(): AgentLink {
    if (!this.#link) throw new Error(`${this.name}: no stream`);
    return this.#link;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Opens the stream, again after it was lost. */
  async open(): Promise<void> {
    let link: AgentLink | undefined = undefined;
    link = await this.#named(
      this.#container.link({
        frames: (frames) => this.#listener.frames(this.name, frames),
        event: (event) => this.#listener.event(this.name, event),
        lost: () => {
          if (this.#link === link) this.#listener.lost(this);
        },
      }),
    );
    this.#link = link;
  }

  /** Which segments it is connected to, of these networks by segment. */
  findSegments(networks: ReadonlyMap<string, string>): Promise<void> {
    return this.#container.findSegments(networks);
  }

  close(): void {
    this.#link?.close();
  }

  /** Networks, addresses, servers, forwarder; what is so already is left alone. Returns when it took effect, as the host's time. */
  async configure(plan: Plan, planned: PlannedNode, waits = false): Promise<string> {
    this.#devices = await this.#container.connect(planned);
    const setup = { ...this.#setupFor(plan, planned), waits };
    const { warnings, timeNs } = await this.#named(this.link.ask('configure', { setup }));
    this.#setup = setup;
    warnings.forEach((warning) => this.#listener.warning(warning));
    return timeNs;
  }

  /** What `configure` had wait goes on. */
  async begin(): Promise<void> {
    await this.#named(this.link.ask('begin', {}));
  }

  /** Tells it what is new for it; undefined when nothing is. */
  async change(plan: Plan, planned: PlannedNode): Promise<string | undefined> {
    const setup = this.#setupFor(plan, planned);
    const change = setupChange(this.#setup, setup);
    if (change === 'none') return undefined;
    if (change === 'node') return this.configure(plan, planned);
    const { timeNs } = await this.#named(this.link.ask('reconfigure', { setup }));
    this.#setup = setup;
    return timeNs;
  }

  async pause(): Promise<string> {
    const { timeNs } = await this.#named(this.link.ask('pause', {}));
    this.#paused = true;
    return timeNs;
  }

  async resume(): Promise<string> {
    this.#paused = false;
    const { warnings, timeNs } = await this.#named(this.link.ask('resume', {}));
    warnings.forEach((warning) => this.#listener.warning(warning));
    return timeNs;
  }

  /**
   * Off the network before its processes end: a host without power says no farewell. One that is shut down (`!isCrash`) says
   * it to whoever stands in for it, and to nobody else. One that does not answer is as good.
   */
  async unplug(isCrash = false): Promise<string | undefined> {
    if (!isCrash) await this.link.ask('leave', {}, SHORTLY_MS).catch(() => undefined);
    await this.link.ask('losses', {}, SHORTLY_MS).catch(() => undefined);
    return (await this.link.ask('unplug', {}, SHORTLY_MS).catch(() => undefined))?.timeNs;
  }

  state(): Promise<NodeState> {
    return this.#named(this.link.ask('state', {}));
  }

  async remove(): Promise<void> {
    this.close();
    await this.#container.remove();
  }

  #setupFor(plan: Plan, planned: PlannedNode): NodeSetup {
    return { ...nodeSetup(plan, planned, this.#devices), ...this.#settings };
  }

  async #named<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      // They say what is wrong already.
      if (error instanceof DockerError || error instanceof LabError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new LabError('node-failed', { node: this.name, message }, { cause: error });
    }
  }
}

/** Waits for both, even when one fails: nothing may still be under way when what was made is taken away. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
