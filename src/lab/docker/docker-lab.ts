import type { ForwarderConfig } from '../../forwarder/config.ts';
import type { NodeEvent } from '../events.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import type { AgentLink } from './agent-link.ts';
import type { AgentDevice, AgentEvent, AgentWarning, CapturedFrame, NodeSetup } from './agent-protocol.ts';
import { NodeContainer } from './container.ts';
import type { DockerClient } from './docker-client.ts';
import { LabError } from './lab-problem.ts';
import type { LabIdentity } from './labels.ts';
import { createSegment } from './network.ts';
import { SelfTest } from './self-test.ts';
import { removeLab } from './sweep.ts';

export interface LabListener {
  frames(node: string, frames: readonly CapturedFrame[]): void;
  event(node: string, event: AgentEvent): void;
  state(node: string, state: NodeEvent['state'], reason?: string): void;
  warning(warning: AgentWarning): void;
}

export interface DockerLabOptions {
  readonly client: DockerClient;
  readonly identity: LabIdentity;
  readonly image: string;
  readonly archive: Buffer;
  readonly listener: LabListener;
}

interface RunningNode {
  readonly container: NodeContainer;
  readonly link: AgentLink;
  devices: readonly AgentDevice[];
  /** What it was told last; undefined until it was configured. */
  setup: NodeSetup | undefined;
}

/** The containers and networks of one lab. What it makes is found again by the lab's label, so that all of it can go. */
export class DockerLab {
  readonly #options: DockerLabOptions;
  readonly #networks = new Map<string, string>();
  readonly #nodes = new Map<string, RunningNode>();
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
    for (const name of [...this.#nodes.keys()])
      if (!plan.nodes.some((node) => node.name === name)) await this.#removeNode(name);
    await all(
      plan.nodes.map(async (node) => {
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
      }),
    );
    for (const [name, network] of [...this.#networks]) {
      if (plan.segments.some((segment) => segment.name === name)) continue;
      await client.removeNetwork(network);
      this.#networks.delete(name);
    }
    return times.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))[0];
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
    const devices = await container.connect(node);
    const link = await container.link({
      frames: (frames) => this.#frames(node.name, frames),
      event: (event) => listener.event(node.name, event),
      lost: () => this.#lost(node.name, link),
    });
    this.#nodes.set(node.name, { container, link, devices, setup: undefined });
    await named(node.name, link.ask('attach', { setup: nodeSetup(plan, node, devices) }));
  }

  async #configure(plan: Plan, node: PlannedNode): Promise<string> {
    const running = this.#nodes.get(node.name);
    if (!running) throw new LabError('node-failed', { node: node.name, message: '' });
    const setup = nodeSetup(plan, node, running.devices);
    const { warnings, timeNs } = await named(node.name, running.link.ask('configure', { setup }));
    running.setup = setup;
    warnings.forEach(this.#options.listener.warning);
    return timeNs;
  }

  /** Tells a running node what is new for it; undefined when nothing is. */
  async #change(plan: Plan, node: PlannedNode, running: RunningNode): Promise<string | undefined> {
    const { setup } = running;
    const wanted = nodeSetup(plan, node, running.devices);
    if (!setup || !sameData(withoutForwarder(setup), withoutForwarder(wanted))) {
      running.devices = await running.container.connect(node);
      return this.#configure(plan, node);
    }
    const { forwarder } = node;
    if (!forwarder || sameData(setup.node.forwarder, forwarder)) return undefined;
    const { timeNs } = await named(node.name, running.link.ask('reconfigure', { forwarder }));
    running.setup = wanted;
    return timeNs;
  }

  async #removeNode(name: string): Promise<void> {
    const running = this.#nodes.get(name);
    if (!running) return;
    this.#nodes.delete(name);
    running.link.close();
    await running.container.remove();
    this.#options.listener.state(name, 'stopped');
  }

  #frames(node: string, frames: readonly CapturedFrame[]): void {
    if (this.#selfTest) for (const frame of frames) this.#selfTest.see(node, frame);
    else this.#options.listener.frames(node, frames);
  }

  #lost(node: string, link: AgentLink): void {
    if (this.#ending || this.#nodes.get(node)?.link !== link) return;
    this.#nodes.delete(node);
    this.#options.listener.state(node, 'failed', 'container-gone');
  }
}

function nodeSetup(plan: Plan, node: PlannedNode, devices: readonly AgentDevice[]): NodeSetup {
  const udp = plan.services.filter(({ protocol }) => protocol === 'udp');
  const ports = udp.flatMap(({ servers }) => servers.filter(({ name }) => name === node.name));
  const sizes = node.listen.length > 0 ? plan.traffic.map(({ responseBytes }) => responseBytes) : [];
  return {
    node,
    devices,
    udpPorts: [...new Set([...ports.map(({ port }) => port), ...(node.datagrams ?? [])])],
    bodySizes: [...new Set(sizes)].sort((a, b) => a - b),
  };
}

/** A forwarder's presence counts, its configuration does not. */
function withoutForwarder({ node, udpPorts, bodySizes }: NodeSetup) {
  const { forwarder, ...rest } = node;
  const interfaces = (config: ForwarderConfig | undefined) =>
    config?.interfaces.map(({ segment }) => segment) ?? null;
  return { node: rest, forwarder: interfaces(forwarder), pools: pools(forwarder), udpPorts, bodySizes };
}

/** The firewall of the node follows these. */
function pools(config: ForwarderConfig | undefined) {
  return {
    nat: config?.nat ?? null,
    services: config?.services.map(({ model, snat, ports }) => [model, snat, ports]) ?? [],
  };
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
