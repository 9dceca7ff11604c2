import { setTimeout as pause } from 'node:timers/promises';
import type { NodeSetting } from '../engine.ts';
import type { NodeEvent } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import type { Plan, PlannedNode, Sysctls } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import type { StaleNeighbour } from '../topology/stale-neighbours.ts';
import type { AgentLink } from './agent-link.ts';
import type { AgentEvent, AgentWarning, CapturedFrame, NodeSettings } from '../agent-wire/agent-protocol.ts';
import { all, allOf } from './all.ts';
import type { DockerClient } from './docker-client.ts';
import { control, giveUp } from './controlled.ts';
import { DockerNode, type NodeListener, type NodeOptions } from './docker-node.ts';
import { EngineWatch } from './engine-watch.ts';
import { LabError } from './lab-problem.ts';
import { newestRecord, type LabRecord } from '../agent-wire/lab-record.ts';
import { asRecord } from './read-record.ts';
import { LABEL, type LabIdentity } from './labels.ts';
import { claim } from './lease.ts';
import { createSegment } from './network.ts';
import { SelfTest } from './self-test.ts';
import { removeLab } from './sweep.ts';

export interface LabListener {
  frames(node: string, frames: readonly CapturedFrame[]): void;
  event(node: string, event: AgentEvent): void;
  /** `time` is the host's, in nanoseconds; now when left out. */
  state(node: string, state: NodeEvent['state'], reason?: string, time?: string): void;
  warning(warning: AgentWarning): void;
  /** The stream to a node was opened again. */
  relinked(): void;
  /** Somebody else took the whole lab away. */
  gone(): void;
  /** The Docker engine has been away for so many seconds, and is not waited for any more. */
  engineGone(seconds: string): void;
}

export interface DockerLabOptions {
  readonly client: DockerClient;
  readonly identity: LabIdentity;
  readonly image: string;
  readonly files: Buffer;
  readonly silenceSeconds: number;
  readonly settings: NodeSettings;
  readonly listener: LabListener;
}

/** More than that only wait for each other. */
const STARTS_AT_ONCE = 12;
/** How often a container that runs is spoken to again before it counts as lost. */
const RELINKS = 5;
const RELINK_MS = 200;
/** Who ends a lab takes its nodes away one after another: so long after the first they are all gone. */
const GONE_MS = 1500;
/** How long one that was killed may stay without being removed, when both are done by the same hand. */
const KILLED_MS = 500;

/** The containers and networks of one lab. What it makes is found again by the lab's label, so that all of it can go. */
export class DockerLab {
  readonly #options: DockerLabOptions;
  readonly #networks = new Map<string, string>();
  /** Networks that are being created, or could not be. */
  readonly #making = new Map<string, Promise<string>>();
  readonly #nodes = new Map<string, DockerNode>();
  /** Of nodes that failed: what is left of them, being taken away. */
  readonly #removals = new Map<string, Promise<void>>();
  /** What was done to nodes by hand; it lies over the plan. */
  readonly #overlay = new Map<string, Exclude<NodeSetting, 'running'>>();
  readonly #container: NodeOptions;
  readonly #listener: NodeListener;
  #selfTest: SelfTest | undefined;
  readonly #watch: EngineWatch;
  #ending = false;

  constructor(options: DockerLabOptions) {
    this.#options = options;
    control(options.identity.id);
    const { client, identity, image, files, silenceSeconds, settings, listener } = options;
    this.#container = {
      client,
      lab: identity,
      image,
      files,
      silenceSeconds,
      settings,
      networkOf: (segment) => this.#networkOf(segment),
    };
    this.#watch = new EngineWatch(client, identity.id, (warning) => listener.warning(warning));
    this.#listener = {
      frames: (node, frames) => this.#frames(node, frames),
      event: (node, event) => listener.event(node, event),
      warning: (warning) => listener.warning(warning),
      lost: (node) => void this.#recover(node),
    };
  }

  get links(): ReadonlyMap<string, AgentLink> {
    return new Map([...this.#nodes].map(([name, { link }]) => [name, link]));
  }

  get overlay(): LabRecord['overlay'] {
    return Object.fromEntries(this.#overlay);
  }

  link(node: string): AgentLink | undefined {
    return this.#nodes.get(node)?.link;
  }

  /** A node's container. */
  containerOf(node: string): string | undefined {
    return this.#nodes.get(node)?.containerId;
  }

  /** Networks and containers, then interfaces without addresses: ready for the self-test. */
  async raise(plan: Plan): Promise<void> {
    const test = new SelfTest(
      plan,
      (node) => this.link(node),
      () => this.#throwIfEnding(),
    );
    this.#selfTest = test;
    // A node waits for its networks only when it is to be connected to them.
    await all([
      ...plan.segments.map(({ name }) => this.#addNetwork(plan, name)),
      allOf(plan.nodes, STARTS_AT_ONCE, async (node) => {
        await this.#startNode(plan, node);
        await test.ask(node.name);
      }),
    ]);
    void this.#watchEngine();
  }

  /** What is under way of a start ends with a `LabError` as soon as it can; nothing more is begun. */
  cancel(): void {
    this.#ending = true;
  }

  async selfTest(plan: Plan): Promise<void> {
    try {
      // The test is mostly waiting. What begins in the nodes meanwhile has no address to speak from.
      await all([
        this.#selfTest?.run() ?? Promise.resolve(),
        ...plan.nodes.map(async (node) => this.#nodes.get(node.name)?.warmUp(plan, node)),
      ]);
    } finally {
      this.#selfTest = undefined;
    }
  }

  /** Addresses, servers, forwarders. With `waits` what directors say to each other begins with `begin`. */
  async configure(plan: Plan, waits = false): Promise<void> {
    await allOf(plan.nodes, STARTS_AT_ONCE, async (node) => {
      this.#throwIfEnding();
      await this.#nodes.get(node.name)?.configure(plan, node, waits);
    });
  }

  /** At once: which of several directors is there first is not to be chance. */
  async begin({ nodes }: Plan): Promise<void> {
    const directors = nodes.filter(({ forwarder }) => forwarder?.redundancy);
    await all(directors.map(({ name }) => this.#nodes.get(name)?.begin() ?? Promise.resolve()));
  }

  /**
   * Takes up what another controller left: streams to all nodes that run, and the lease of each, in an order that is the
   * same for everybody, so that of two controllers one gets all of them. Returns what the lab knows of itself.
   */
  async adopt(controller: string, leaseSeconds: number): Promise<LabRecord> {
    const { client, identity } = this.#options;
    const label = `${LABEL.lab}=${identity.id}`;
    const [containers, networks] = await Promise.all([
      client.listContainers([label]),
      client.listNetworks([label]),
    ]);
    for (const { id, labels } of networks) this.#networks.set(labels[LABEL.segment] ?? '', id);
    const running = containers
      .filter(({ state }) => state === 'running')
      .map(({ id, labels }) =>
        DockerNode.adopt(labels[LABEL.node] ?? '', id, this.#container, this.#listener),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (running.length === 0) throw new LabError('lab-gone', { lab: identity.id });
    await all(
      running.map(async (node) => {
        await node.open();
        await node.findSegments(this.#networks);
        this.#nodes.set(node.name, node);
      }),
    );
    for (const { link } of running)
      if (!(await claim(link, controller, leaseSeconds)))
        throw new LabError('lab-held', { lab: identity.id });
    const told = await Promise.all(running.map(({ link }) => link.ask('record', {})));
    const record = newestRecord(told.map((one) => asRecord(one, identity.id)));
    if (!record) throw new LabError('lab-unfinished', { lab: identity.id });
    return record;
  }

  /** Makes what was taken up as its record says: its last controller may have ended in the midst of a change. */
  async restore({ plan, overlay }: LabRecord): Promise<void> {
    const { client, identity } = this.#options;
    for (const [name, state] of Object.entries(overlay)) this.#overlay.set(name, state);
    const ours = new Set([...this.#nodes.values()].map(({ containerId }) => containerId));
    for (const { id } of await client.listContainers([`${LABEL.lab}=${identity.id}`]))
      if (!ours.has(id)) await client.removeContainer(id);
    for (const name of [...this.#nodes.keys()])
      if (!plan.nodes.some((node) => node.name === name)) await this.#removeNode(name);
    for (const { name } of plan.segments) if (!this.#networks.has(name)) await this.#addNetwork(plan, name);
    for (const [name, state] of this.#overlay) if (state === 'paused') await this.#nodes.get(name)?.pause();
    await this.configure(plan);
    void this.#watchEngine();
  }

  /** Every node keeps what the lab knows of itself. */
  async keep(record: LabRecord): Promise<void> {
    await Promise.allSettled([...this.#nodes.values()].map(({ link }) => link.ask('keep', { record })));
  }

  /**
   * Goes over to another plan. What a node is told as before is not told again, so a node that does not change is not
   * touched; one that failed is started again. Returns when the first change took effect, as the host's time.
   */
  async apply(before: Plan, plan: Plan): Promise<string | undefined> {
    const { client, listener } = this.#options;
    const times: string[] = [];
    for (const { name } of plan.segments) if (!this.#networks.has(name)) await this.#addNetwork(plan, name);
    for (const name of [...this.#nodes.keys(), ...this.#overlay.keys()]) {
      if (plan.nodes.some((node) => node.name === name)) continue;
      this.#overlay.delete(name);
      await this.#removeNode(name);
    }
    await all(
      plan.nodes.map(async (node) => {
        const time = await this.#followState(before, plan, node);
        if (time !== undefined) times.push(time);
        if (this.#overlay.get(node.name) === 'stopped') return;
        const running = this.#nodes.get(node.name);
        const was = before.nodes.find(({ name }) => name === node.name);
        const switches = was ? changedSwitches(was.sysctls, node.sysctls) : [];
        if (running && switches.length === 0) {
          const time = await running.change(plan, node);
          if (time !== undefined) times.push(time);
          return;
        }
        // The switches of a network stack can only be set when it is made.
        if (running) {
          const params = { node: node.name, switches: switches.join(', ') };
          listener.warning({ code: 'docker.warning.restarted', params });
          await this.#removeNode(node.name, 'kernel-switches');
        }
        times.push(await this.#bringUp(plan, node));
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

  /** A node that the file stops, pauses or starts, whatever was done to it by hand before. Returns when, as the host's time. */
  async #followState(before: Plan, plan: Plan, planned: PlannedNode): Promise<string | undefined> {
    const { name, state, crashed } = planned;
    if (before.nodes.find((node) => node.name === name)?.state === state) return undefined;
    const time = state === 'stopped' ? await this.#nodes.get(name)?.unplug(crashed) : undefined;
    if (state === 'stopped') {
      this.#overlay.set(name, state);
      await this.#removeNode(name, undefined, time);
    } else {
      await this.setNode(plan, name, 'running');
      if (state === 'paused') await this.setNode(plan, name, state);
    }
    return time;
  }

  /** See `Engine.setNode`; rejects with a `LabError` when a node cannot be started. */
  async setNode(plan: Plan, name: string, state: NodeSetting): Promise<boolean> {
    const planned = plan.nodes.find((node) => node.name === name);
    const running = this.#nodes.get(name);
    if (!planned || (state === 'paused' && !running)) return false;
    if (state === 'stopped') {
      this.#overlay.set(name, 'stopped');
      await this.#removeNode(name, undefined, await running?.unplug());
    } else if (state === 'paused') {
      this.#overlay.set(name, 'paused');
      await this.#pause(name);
    } else {
      this.#overlay.delete(name);
      if (!running) await this.#bringUp(plan, planned);
      else if (running.paused)
        this.#options.listener.state(name, 'running', undefined, await running.resume());
    }
    return true;
  }

  async nodeState(name: string): Promise<NodeState | undefined> {
    return this.#nodes.get(name)?.state();
  }

  /** As a `node` event has it, with the reason. */
  stateOf(name: string): [state: NodeEvent['state'], reason?: string] {
    const byHand = this.#overlay.get(name);
    if (byHand) return [byHand];
    return this.#nodes.has(name) ? ['running'] : ['failed', 'container-gone'];
  }

  /** Nodes that know these addresses by an answer that nobody gives any more. */
  async forget(neighbours: readonly StaleNeighbour[]): Promise<void> {
    if (neighbours.length === 0) return;
    await all([...this.#nodes.values()].map(({ link }) => link.ask('forget', { neighbours })));
  }

  /** Nodes that have asked for these addresses in vain, before somebody answered for them. */
  async askAgain(neighbours: readonly StaleNeighbour[]): Promise<void> {
    if (neighbours.length === 0) return;
    await all([...this.#nodes.values()].map(({ link }) => link.ask('ask-again', { neighbours })));
  }

  /** What the captures lost is told before this resolves. */
  async tellLosses(): Promise<void> {
    await Promise.allSettled([...this.#nodes.values()].map(({ link }) => link.ask('losses', {}, 5000)));
  }

  /** Closes the streams, and leaves everything as it is. */
  leave(): void {
    giveUp(this.#options.identity.id);
    this.#close();
  }

  /** Closes the streams and removes everything with the lab's label. */
  async remove(): Promise<void> {
    const { client, identity } = this.#options;
    this.#close();
    try {
      await removeLab(client, identity.id);
    } finally {
      // What could not be removed is the next sweep's.
      giveUp(identity.id);
    }
  }

  #close(): void {
    this.#ending = true;
    this.#watch.end();
    for (const node of this.#nodes.values()) node.close();
    this.#nodes.clear();
  }

  async #addNetwork(plan: Plan, name: string): Promise<void> {
    const segment = plan.segments.find((one) => one.name === name);
    if (!segment) return;
    const { client, identity } = this.#options;
    const making = createSegment(client, identity, segment, plan);
    this.#making.set(name, making);
    this.#networks.set(name, await making);
    this.#making.delete(name);
  }

  async #networkOf(segment: string): Promise<string> {
    const network = (await this.#making.get(segment)) ?? this.#networks.get(segment);
    if (network === undefined) throw new Error(`no network for the segment ${segment}`);
    return network;
  }

  #throwIfEnding(): void {
    if (this.#ending) throw new LabError('stopped');
  }

  async #startNode(plan: Plan, planned: PlannedNode): Promise<DockerNode> {
    this.#throwIfEnding();
    const node = await DockerNode.start(plan, planned, this.#container, this.#listener);
    this.#nodes.set(planned.name, node);
    return node;
  }

  /** Started while the lab runs; one that cannot be is taken away again. */
  async #bringUp(plan: Plan, planned: PlannedNode): Promise<string> {
    const { name } = planned;
    const { client, identity } = this.#options;
    try {
      // What is left of one that failed has its name, until it is gone.
      await this.#removals.get(name);
      const labels = [`${LABEL.lab}=${identity.id}`, `${LABEL.node}=${name}`];
      for (const { id } of await client.listContainers(labels)) await client.removeContainer(id);
      const time = await (await this.#startNode(plan, planned)).configure(plan, planned);
      this.#options.listener.state(name, 'running', undefined, time);
      return time;
    } catch (error) {
      await this.#removeNode(name, 'not-started').catch(() => undefined);
      throw error;
    }
  }

  async #pause(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node || node.paused) return;
    this.#options.listener.state(name, 'paused', undefined, await node.pause());
  }

  async #removeNode(name: string, reason?: string, time?: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node) return;
    this.#nodes.delete(name);
    await node.remove();
    this.#options.listener.state(name, 'stopped', reason, time);
  }

  #frames(node: string, frames: readonly CapturedFrame[]): void {
    if (this.#selfTest) for (const frame of frames) this.#selfTest.see(node, frame);
    else this.#options.listener.frames(node, frames);
  }

  async #watchEngine(): Promise<void> {
    if ((await this.#watch.run()) === 'gone') this.#options.listener.engineGone(this.#watch.seconds);
  }

  /** A stream that ended: the container did, or the engine broke it. One that still runs is spoken to again. */
  async #recover(node: DockerNode): Promise<void> {
    const { client, listener } = this.#options;
    const isStale = () => this.#ending || this.#nodes.get(node.name) !== node;
    if (isStale()) return;
    let facts = await this.#watch.inspect(node.containerId, isStale);
    // The stream of a container that is dying ends before the engine knows of its end: looked at again after each try.
    for (
      let tries = 0;
      tries < RELINKS && !isStale() && facts !== 'no-engine' && facts?.running;
      tries += 1
    ) {
      try {
        await node.open();
        listener.relinked();
        return;
      } catch {
        // It ended meanwhile, or nobody can speak to it: that is the same to whoever uses the lab.
      }
      await pause(RELINK_MS);
      facts = await this.#watch.inspect(node.containerId, isStale);
    }
    let later = facts;
    // Whoever takes a lab away kills each container before it is removed.
    if (facts !== undefined && facts !== 'no-engine' && !facts.running && facts.state !== 'removing') {
      await pause(KILLED_MS);
      later = await this.#watch.inspect(node.containerId, isStale);
    }
    if (later === undefined || (later !== 'no-engine' && later.state === 'removing')) {
      await pause(GONE_MS);
      if (!isStale() && (await this.#isGone())) listener.gone();
    }
    if (isStale()) return;
    this.#nodes.delete(node.name);
    node.close();
    if (facts === 'no-engine' || later === 'no-engine') {
      listener.state(node.name, 'failed', 'engine-gone');
      return;
    }
    const removal = client.removeContainer(node.containerId).catch(() => undefined);
    this.#removals.set(node.name, removal);
    await removal;
    listener.state(node.name, 'failed', facts?.outOfMemory ? 'out-of-memory' : 'container-gone');
    const params = { node: node.name, exitCode: String(facts?.exitCode ?? '?') };
    listener.warning({
      code: `docker.warning.node-${facts?.outOfMemory ? 'out-of-memory' : 'gone'}`,
      params,
    });
  }

  async #isGone(): Promise<boolean> {
    const { client, identity } = this.#options;
    const left = await client.listContainers([`${LABEL.lab}=${identity.id}`]).catch(() => undefined);
    return left?.length === 0;
  }
}

function changedSwitches(before: Sysctls, after: Sysctls): string[] {
  return Object.entries(after).flatMap(([name, value]) =>
    sameData(before[name as keyof Sysctls], value) ? [] : [`${name}=${String(value)}`],
  );
}
