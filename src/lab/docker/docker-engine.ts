import { randomBytes } from 'node:crypto';
import type { Engine, EventSink, NodeSetting } from '../engine.ts';
import type { LabEvent, NodeEvent } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import { diffPlans } from '../topology/diff.ts';
import type { Plan } from '../topology/plan.ts';
import { staleNeighbours } from '../topology/stale-neighbours.ts';
import type { RequestResult } from '../traffic/request-result.ts';
import { TrafficSchedule } from '../traffic/traffic-schedule.ts';
import { u16, u48 } from '../../packet/bytes.ts';
import { agentArchive } from './agent-archive.ts';
import type { AgentEvent, AgentWarning, CapturedFrame } from './agent-protocol.ts';
import type { DockerClient } from './docker-client.ts';
import { DockerLab } from './docker-lab.ts';
import { EventOrder } from './event-order.ts';
import { realtimeNs } from './host-clock.ts';
import { LabError } from './lab-problem.ts';
import { LeaseKeeper } from './lease.ts';
import { refuseOverlap } from './network.ts';
import { ownerOf } from './owner.ts';
import { sweep } from './sweep.ts';
import { trafficHost } from './traffic-host.ts';

/** What a start is doing, for whoever waits: `docker.step.NAME`. */
export type StartStep = 'sweep' | 'containers' | 'self-test' | 'configure' | 'ready';

export interface DockerEngineOptions {
  readonly client: DockerClient;
  /** The node image's tag. */
  readonly image: string;
  /** The folder with the agent's bundles. */
  readonly bundles: string;
  /** LB Lab's own version, for the label. */
  readonly version: string;
  /**
   * The packet budget: frames a second at each capture point that are recorded whole for as long as they come; five
   * seconds' worth may come at once. Left out, 4000; 0: no budget.
   */
  readonly captureBudget?: number;
  readonly onStep?: (step: StartStep) => void;
  /** A setting that does not hold on this engine, or a node that had to be started anew. */
  readonly onWarning?: (warning: AgentWarning) => void;
}

const ETHERTYPE = 12;
const IPV4 = 0x0800;
/** How long an event waits for those that happened before it. */
const WINDOW_NS = 200e6;
const TICK_MS = 25;
/** Nothing was on the wire for so long: what was to come has come. */
const QUIET_MS = 400;

/** The lab on Docker: real network stacks, captured on every interface. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  readonly id = randomBytes(4).toString('hex');
  readonly #options: DockerEngineOptions;
  readonly #order: EventOrder;
  readonly #traffic: TrafficSchedule;
  #lab: DockerLab | undefined;
  #plan: Plan;
  #lease: LeaseKeeper | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #changing: Promise<void> = Promise.resolve();
  #state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  #epoch = 0;
  /** The host's CLOCK_REALTIME when the lab was ready: time 0 of its events. */
  #zero = BigInt(realtimeNs());
  /** Of the host's clock before this machine's. */
  #aheadNs = 0n;
  #macs: ReadonlyMap<string, number> = new Map();
  #lastActivity = 0;

  constructor(plan: Plan, emit: EventSink, options: DockerEngineOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#order = new EventOrder(emit, WINDOW_NS);
    this.#traffic = new TrafficSchedule(
      trafficHost(
        () => this.nowNs,
        (node) => this.#lab?.link(node),
        (event) => this.#push(event),
      ),
    );
  }

  /** Final once `start` has resolved: the lab's time begins when it is ready, before its first request. */
  get startedAt(): string {
    const ms = Number(this.#zero / 1_000_000n);
    const rest = String(this.#zero % 1_000_000n).padStart(6, '0');
    return new Date(ms).toISOString().replace('Z', `${rest}Z`);
  }

  get nowNs(): number {
    return Number(BigInt(realtimeNs()) + this.#aheadNs - this.#zero);
  }

  /** How the requests made so far ended, in the order they ended. */
  get results(): readonly RequestResult[] {
    return this.#traffic.results;
  }

  /** A node's container, for a shell in it. */
  containerOf(node: string): string | undefined {
    return this.#lab?.containerOf(node);
  }

  /** Rejects with a `DockerError` or a `LabError`, and leaves nothing behind then. */
  start(): Promise<void> {
    if (this.#state === 'new') {
      this.#state = 'starting';
      this.#starting = this.#start();
    }
    return this.#starting ?? Promise.resolve();
  }

  /** Changes follow one another. What fails is thrown and can be tried again: the next call goes on from what is. */
  apply(plan: Plan): Promise<void> {
    return this.#inTurn(() => this.#apply(plan));
  }

  /** Rejects with a `LabError` when a node cannot be started. */
  setNode(name: string, state: NodeSetting): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#state !== 'running' || !this.#lab) return false;
      return this.#lab.setNode(this.#plan, name, state);
    });
  }

  async nodeState(name: string): Promise<NodeState | undefined> {
    return this.#lab?.nodeState(name);
  }

  /** Rejects with a RangeError when the plan has no such entry. */
  async request(trafficIndex = 0): Promise<void> {
    const entry = this.#plan.traffic[trafficIndex];
    if (!entry) throw new RangeError(`no traffic entry ${trafficIndex}`);
    if (this.#state === 'running') await new Promise<void>((ended) => this.#traffic.request(entry, ended));
  }

  async settled(limitNs: number): Promise<void> {
    const until = performance.now() + limitNs / 1e6;
    this.#lastActivity = performance.now();
    while (this.#state === 'running') {
      const now = performance.now();
      if (now >= until || (this.#traffic.done && now - this.#lastActivity >= QUIET_MS)) break;
      await pause(TICK_MS);
    }
    await this.#lab?.tellLosses();
    await pause(WINDOW_NS / 1e6);
    this.#order.release(this.nowNs);
  }

  /** Takes everything away. During a start, the start ends with a `LabError` first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changing.then(work);
    this.#changing = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #start(): Promise<void> {
    try {
      await this.#raise();
    } catch (error) {
      // What cannot be removed now (a stranger is connected to the segment) is the next sweep's; the cause is told.
      await this.#end().catch(() => undefined);
      throw this.#isStopped() ? new LabError('stopped', {}, { cause: error }) : error;
    }
  }

  async #raise(): Promise<void> {
    const { client, image, bundles, version } = this.#options;
    const plan = this.#plan;
    this.#step('sweep');
    const archive = await agentArchive(bundles);
    if (!(await client.inspectImage(image))) throw new LabError('image-not-built', { image });
    // Another lab's remains are no reason not to start this one.
    await sweep(client).catch(() => undefined);
    await refuseOverlap(client, plan);
    this.#step('containers');
    const lab = new DockerLab({
      client,
      identity: { id: this.id, name: plan.lab, owner: ownerOf(), version },
      image,
      archive,
      captureBudget: this.#options.captureBudget,
      listener: {
        frames: (node, frames) => this.#frames(node, frames),
        event: (node, event) => this.#event(node, event),
        state: (node, state, reason, time) => this.#announce(node, state, reason, time),
        warning: (warning) => this.#options.onWarning?.(warning),
      },
    });
    this.#lab = lab;
    this.#watch(plan);
    await lab.raise(plan);
    this.#step('self-test');
    await lab.selfTest(plan);
    this.#step('configure');
    await lab.configure(plan);
    await this.#setClock(lab);
    this.#throwIfStopped();
    this.#state = 'running';
    this.#order.push({ kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 });
    for (const { name } of plan.nodes) this.#announce(name, 'running');
    this.#lease = new LeaseKeeper(() => lab.links.values());
    this.#ticker = setInterval(() => this.#order.release(this.nowNs), TICK_MS);
    this.#step('ready');
    this.#traffic.follow(plan);
  }

  async #apply(plan: Plan): Promise<void> {
    const lab = this.#lab;
    const before = this.#plan;
    const changes = diffPlans(before, plan);
    if (changes.length === 0 || this.#state !== 'running' || !lab) return;
    if (changes.some(({ kind }) => kind === 'segment-added' || kind === 'segment-changed'))
      await refuseOverlap(this.#options.client, plan);
    const startNs = this.nowNs;
    this.#watch(plan);
    const effective = await lab.apply(before, plan);
    // Both ways: a kernel that still asks for an address nobody had would not notice at once that somebody has it.
    await lab.forget([...staleNeighbours(before, plan), ...staleNeighbours(plan, before)]);
    this.#plan = plan;
    this.#epoch += 1;
    const timeNs = effective === undefined ? this.nowNs : Number(BigInt(effective) - this.#zero);
    const durationNs = this.nowNs - startNs;
    this.#order.push({ kind: 'plan', timeNs, epoch: this.#epoch, plan, changes, durationNs });
    this.#traffic.follow(plan);
  }

  async #stop(): Promise<void> {
    const wasRunning = this.#state === 'running';
    this.#state = 'stopped';
    this.#traffic.stop();
    await this.#starting?.catch(() => undefined);
    await this.#changing;
    if (wasRunning) {
      await this.#lab?.tellLosses();
      this.#order.flush();
      const nodes = this.#plan.nodes;
      await this.#end();
      for (const { name } of nodes) this.#announce(name, 'stopped');
      this.#order.flush();
    }
  }

  async #end(): Promise<void> {
    clearInterval(this.#ticker);
    this.#lease?.end();
    await this.#lab?.remove();
    this.#lab = undefined;
  }

  #step(step: StartStep): void {
    this.#throwIfStopped();
    this.#options.onStep?.(step);
  }

  #throwIfStopped(): void {
    if (this.#isStopped()) throw new LabError('stopped');
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  /** The host may be another machine: its clock is asked, half the way there and back taken off. */
  async #setClock(lab: DockerLab): Promise<void> {
    const [link] = lab.links.values();
    if (!link) return;
    const asked = BigInt(realtimeNs());
    const { timeNs } = await link.ask('clock', {});
    const heard = BigInt(realtimeNs());
    this.#zero = BigInt(timeNs);
    this.#aheadNs = this.#zero - (asked + heard) / 2n;
  }

  /** Own MACs tell what a node sent from what it received. */
  #watch(plan: Plan): void {
    this.#macs = new Map(
      plan.nodes.flatMap(({ name, interfaces }) =>
        interfaces.map(({ segment, mac }) => [`${name}.${segment}`, mac] as const),
      ),
    );
  }

  #frames(node: string, frames: readonly CapturedFrame[]): void {
    if (this.#state !== 'running') return;
    const seconds = this.#zero / 1_000_000_000n;
    const [zeroS, zeroNs] = [Number(seconds), Number(this.#zero % 1_000_000_000n)];
    for (const frame of frames) {
      const { segment, bytes, originalLength } = frame;
      const timeNs = (frame.seconds - zeroS) * 1e9 + (frame.nanoseconds - zeroNs);
      // Of the time before the lab was ready.
      if (timeNs < 0 || bytes.length < 14) continue;
      if (u16(bytes, ETHERTYPE) === IPV4) this.#lastActivity = performance.now();
      const direction = u48(bytes, 6) === this.#macs.get(`${node}.${segment}`) ? 'out' : 'in';
      this.#push({ kind: 'frame', timeNs, node, segment, direction, bytes, originalLength });
    }
  }

  #event(node: string, event: AgentEvent): void {
    if (this.#state !== 'running') return;
    switch (event.event) {
      case 'decision': {
        const timeNs = Number(BigInt(event.timeNs) - this.#zero);
        if (timeNs >= 0) this.#push({ ...event.decision, kind: 'decision', timeNs, node });
        break;
      }
      case 'loss':
        this.#push({
          kind: 'loss',
          timeNs: this.nowNs,
          node,
          segment: event.segment,
          frames: event.frames,
          reason: event.reason,
        });
        break;
      case 'capture': {
        const timeNs = Math.max(0, Number(BigInt(event.timeNs) - this.#zero));
        this.#push({ kind: 'capture', timeNs, node, segment: event.segment, detail: event.detail });
        break;
      }
      case 'decisions-lost':
        this.#push({ kind: 'decision-loss', timeNs: this.nowNs, node, decisions: event.decisions });
        break;
      case 'process':
        this.#announce(
          node,
          event.state === 'restarted' ? 'running' : 'failed',
          `${event.name}-${event.state}`,
        );
        break;
      case 'hello':
        break;
    }
  }

  #announce(node: string, state: NodeEvent['state'], reason?: string, time?: string): void {
    if (this.#state === 'starting') return;
    const timeNs = Math.max(0, time === undefined ? this.nowNs : Number(BigInt(time) - this.#zero));
    this.#push({ kind: 'node', timeNs, node, state, ...(reason !== undefined && { reason }) });
  }

  #push(event: LabEvent): void {
    this.#order.push(event);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
