import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, EventSink, NodeSetting } from '../engine.ts';
import type { NodeState } from '../node-state.ts';
import { Turns } from '../turns.ts';
import { diffPlans } from '../topology/diff.ts';
import type { Plan } from '../topology/plan.ts';
import { newlyAnswered, staleNeighbours } from '../topology/stale-neighbours.ts';
import { TrafficSchedule } from '../traffic/traffic-schedule.ts';
import { agentFiles } from './agent-files.ts';
import type { AgentWarning, NodeSettings } from '../agent-wire/agent-protocol.ts';
import type { DockerClient } from './docker-client.ts';
import { DockerLab } from './docker-lab.ts';
import { realtimeNs } from '../agent-wire/host-clock.ts';
import { LabClock } from './lab-clock.ts';
import { LabEvents } from './lab-events.ts';
import type { PlanEvent } from '../events.ts';
import { LabError, ofChange } from './lab-problem.ts';
import { EventSchedule } from '../traffic/event-schedule.ts';
import { sameData } from '../topology/same-data.ts';
import { planAt } from '../topology/plan-at.ts';
import type { LabRecord } from '../agent-wire/lab-record.ts';
import { LEASE_S, LeaseKeeper, SILENCE_S } from './lease.ts';
import { refuseOverlap } from './network.ts';
import { ownerOf } from './owner.ts';
import { sweep, type FoundLab } from './sweep.ts';
import { trafficHost } from './traffic-host.ts';

/** What a start is doing, for whoever waits: `docker.step.NAME`. */
export type StartStep = 'sweep' | 'containers' | 'self-test' | 'configure' | 'attach' | 'ready';

export interface DockerEngineOptions extends NodeSettings {
  readonly client: DockerClient;
  /** The node image's tag. */
  readonly image: string;
  /** The folder with the agent's bundles. */
  readonly bundles: string;
  /** LB Lab's own version, for the label. */
  readonly version: string;
  /** The topology file's path, so that whoever finds the lab can tell whose it is. */
  readonly file?: string;
  /** Without a controller for so long the lab ends itself; `LB_LAB_SILENCE_SECONDS` or 600 when left out. */
  readonly silenceSeconds?: number;
  readonly onStep?: (step: StartStep) => void;
  /** The running lab was taken up by another controller, or taken away by somebody: this engine has stopped. */
  readonly onReleased?: () => void;
  /** A setting that does not hold on this engine, or something that happened to the lab: `code` is a key of the l10n bundle. */
  readonly onWarning?: (warning: AgentWarning) => void;
}

/** A lab that another controller left, and what it knows of itself. */
export interface TakenUp {
  readonly lab: FoundLab;
  readonly record: LabRecord;
}

const TICK_MS = 25;
/** Nothing was on the wire for so long: what was to come has come. */
const QUIET_MS = 400;

/** The lab on Docker: real network stacks, captured on every interface. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  readonly id: string;
  readonly over: Promise<Error | undefined>;
  #tellOver: (why?: Error) => void = () => undefined;
  readonly #options: DockerEngineOptions;
  readonly #takenUp: TakenUp | undefined;
  readonly #silenceSeconds: number;
  /** Names this engine to the agents. */
  readonly #controller = `${ownerOf()}.${randomBytes(4).toString('hex')}`;
  readonly #clock = new LabClock();
  readonly #events: LabEvents;
  readonly #traffic: TrafficSchedule;
  readonly #happenings: EventSchedule;
  /** Events of the file that are due and not done yet. */
  #happening = 0;
  #lab: DockerLab | undefined;
  #plan: Plan;
  /** As the file has it; the plan in force is that with what has happened since. */
  #written: Plan;
  #file: string | undefined;
  #lease: LeaseKeeper | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  readonly #changes = new Turns();
  #state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  #epoch = 0;
  #revision = 0;

  /** `takenUp` comes from `attachDocker`. */
  constructor(plan: Plan, emit: EventSink, options: DockerEngineOptions, takenUp?: TakenUp) {
    this.#plan = plan;
    this.#written = plan;
    this.#options = options;
    this.#takenUp = takenUp;
    this.#silenceSeconds = options.silenceSeconds ?? SILENCE_S;
    this.#file = takenUp?.record.file ?? options.file;
    this.over = new Promise((resolve) => (this.#tellOver = resolve));
    this.id = takenUp?.lab.id ?? randomBytes(4).toString('hex');
    this.#events = new LabEvents(emit, this.#clock);
    const host = trafficHost(
      () => this.nowNs,
      (node) => this.#lab?.link(node),
      (event) => this.#events.push(event),
    );
    this.#traffic = new TrafficSchedule(host);
    this.#happenings = new EventSchedule({
      now: host.now,
      after: host.after,
      happen: ({ atNs, text }) => void this.#happen(atNs, text),
    });
  }

  /** Final once `start` has resolved: the lab's time begins when it is ready, before its first request. */
  get startedAt(): string {
    return this.#clock.startedAt;
  }

  get nowNs(): number {
    return this.#clock.nowNs;
  }

  /** The plan in force. */
  get plan(): Plan {
    return this.#plan;
  }

  /** The topology file's path, as the lab's first controller named it. */
  get file(): string | undefined {
    return this.#file;
  }

  /** A node's container, for a shell in it. */
  containerOf(node: string): string | undefined {
    return this.#lab?.containerOf(node);
  }

  /** Rejects with a `DockerError` or a `LabError`; a new lab leaves nothing behind then. */
  start(): Promise<void> {
    if (this.#state === 'new') {
      this.#state = 'starting';
      this.#starting = this.#start();
    }
    return this.#starting ?? Promise.resolve();
  }

  /** Changes follow one another. What fails is thrown and can be tried again: the next call goes on from what is. */
  apply(plan: Plan, cause?: number): Promise<boolean> {
    return this.#changes.next(async () => {
      if (this.#state !== 'running') return false;
      // What comes due while this takes its time happens afterwards.
      const sinceNs = this.nowNs;
      this.#happenings.stop();
      try {
        return await this.#become(planAt(plan, sinceNs), {
          written: plan,
          ...(cause !== undefined && { cause }),
        });
      } finally {
        this.#await(sinceNs);
      }
    });
  }

  /** Rejects with a `LabError` when a node cannot be started. */
  setNode(name: string, state: NodeSetting): Promise<boolean> {
    return this.#changes.next(async () => {
      const lab = this.#lab;
      if (this.#state !== 'running' || !lab) return false;
      const done = await ofChange(lab.setNode(this.#plan, name, state));
      if (done) await this.#keep(lab);
      return done;
    });
  }

  async nodeState(name: string): Promise<NodeState | undefined> {
    return this.#lab?.nodeState(name);
  }

  /** Rejects with a RangeError when the plan has no such entry. */
  async request(trafficIndex = 0): Promise<void> {
    const entry = this.#plan.traffic[trafficIndex];
    if (!entry) throw new RangeError(`no traffic entry ${trafficIndex}`);
    if (this.#state !== 'running') return;
    await new Promise<void>((resolve) => this.#traffic.request(entry, 'hand', resolve));
  }

  async settled(limitNs: number): Promise<boolean> {
    const until = performance.now() + limitNs / 1e6;
    const begin = performance.now();
    let isSettled = false;
    while (this.#state === 'running' && !isSettled) {
      const now = performance.now();
      isSettled =
        this.#traffic.done &&
        this.#happenings.done &&
        this.#happening === 0 &&
        now - Math.max(begin, this.#events.lastActivity) >= QUIET_MS;
      if (now >= until) break;
      if (!isSettled) await pause(TICK_MS);
    }
    await this.#lab?.tellLosses();
    await this.#events.complete();
    return isSettled;
  }

  /** Takes everything away. During a start, the start ends with a `LabError` first. */
  stop(): Promise<void> {
    this.#ending ??= this.#stop();
    return this.#ending;
  }

  /** Leaves the lab running for another controller, until its silence time-out is over. */
  detach(): Promise<void> {
    this.#ending ??= this.#leave();
    return this.#ending;
  }

  async #start(): Promise<void> {
    try {
      if (this.#takenUp) await this.#takeUp(this.#takenUp);
      else await this.#raise();
    } catch (error) {
      const reason = this.#state === 'stopped' ? new LabError('stopped', {}, { cause: error }) : error;
      this.#state = 'stopped';
      this.#traffic.stop();
      this.#happenings.stop();
      if (this.#takenUp) this.#letGo();
      // What cannot be removed now (a stranger is connected to the segment) is the next sweep's; the cause is told.
      else await this.#remove().catch(() => undefined);
      throw reason;
    }
  }

  async #raise(): Promise<void> {
    const { client, image } = this.#options;
    const plan = this.#plan;
    refuseChecks(plan);
    this.#step('sweep');
    const files = agentFiles(this.#options.bundles);
    if (!(await client.inspectImage(image))) throw new LabError('image-not-built', { image });
    // Another lab's remains are no reason not to start this one.
    await sweep(client).catch(() => undefined);
    await refuseOverlap(client, plan);
    this.#step('containers');
    const lab = this.#makeLab(files, plan.lab);
    this.#events.watch(plan);
    await lab.raise(plan);
    this.#step('self-test');
    await lab.selfTest(plan);
    this.#step('configure');
    await lab.configure(plan, true);
    const [link] = lab.links.values();
    if (link) await this.#clock.begin(link);
    this.#throwIfStopped();
    this.#events.listening = true;
    await lab.begin(plan);
    this.#throwIfStopped();
    this.#state = 'running';
    this.#events.push({ kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 });
    for (const { name } of plan.nodes) this.#events.node(name, 'running');
    this.#traffic.follow(plan);
    this.#happenings.follow(plan.events ?? [], -1);
    await this.#goOn(lab);
  }

  async #takeUp({ lab: { name }, record: { plan: last, zeroNs } }: TakenUp): Promise<void> {
    this.#step('attach');
    // What was captured while it is taken up counts already.
    this.#clock.resume(zeroNs);
    this.#events.watch(last);
    this.#events.listening = true;
    const began = realtimeNs();
    const lab = this.#makeLab(agentFiles(this.#options.bundles), name);
    const record = await lab.adopt(this.#controller, Math.min(LEASE_S, this.#silenceSeconds));
    const { plan, epoch, revision, trafficSinceNs } = record;
    const [link] = lab.links.values();
    if (link) await this.#clock.compare(link);
    this.#plan = plan;
    this.#file = record.file;
    this.#epoch = epoch;
    this.#revision = revision;
    this.#events.watch(plan);
    await lab.restore(record);
    this.#throwIfStopped();
    this.#state = 'running';
    const timeNs = this.#clock.ofThisMachine(began);
    this.#events.push({ kind: 'plan', timeNs, epoch, plan, changes: [], durationNs: 0 });
    for (const { name: node } of plan.nodes) this.#events.node(node, ...lab.stateOf(node));
    this.#traffic.follow(plan, trafficSinceNs);
    await this.#goOn(lab);
    await lab.tellLosses();
    // What was due while nobody was there has its effect now.
    await this.apply(record.written ?? plan);
  }

  #makeLab(files: Buffer, name: string): DockerLab {
    const { client, image, version, captureBudget, port } = this.#options;
    this.#lab = new DockerLab({
      client,
      identity: { id: this.id, name, owner: ownerOf(), version },
      image,
      files,
      silenceSeconds: this.#silenceSeconds,
      settings: { ...(captureBudget !== undefined && { captureBudget }), ...(port && { port }) },
      listener: {
        frames: (node, frames) => this.#events.frames(node, frames),
        event: (node, event) => this.#events.told(node, event),
        state: (...event) => {
          if (this.#events.listening) this.#events.node(...event);
        },
        warning: (warning) => this.#options.onWarning?.(warning),
        relinked: () => this.#lease?.renew(),
        gone: () => this.#release('docker.warning.lab-gone'),
        engineGone: (seconds) => this.#tellOver(new LabError('engine-gone', { seconds })),
      },
    });
    return this.#lab;
  }

  /** The lab runs: it is held, it can be taken up, and its events come. */
  async #goOn(lab: DockerLab): Promise<void> {
    this.#lease = new LeaseKeeper({
      links: () => lab.links.values(),
      controller: this.#controller,
      silenceSeconds: this.#silenceSeconds,
      onLost: () => this.#release('docker.warning.taken-over'),
    });
    this.#ticker = setInterval(() => this.#events.release(), TICK_MS);
    await this.#keep(lab);
    this.#step('ready');
  }

  /** A lab that ended meanwhile has no more events. */
  #await(sinceNs: number): void {
    if (this.#state === 'running') this.#happenings.follow(this.#written.events ?? [], sinceNs);
  }

  /** An event of the file that cannot be done is told; the lab goes on. */
  async #happen(atNs: number, by: string): Promise<void> {
    this.#happening += 1;
    try {
      await this.#changes.next(() => this.#become(planAt(this.#written, atNs), { by }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning?.({ code: 'docker.warning.event-failed', params: { event: by, reason } });
    } finally {
      this.#happening -= 1;
    }
  }

  /** False when it is so already. `written`: the file it comes from, when that is another one. */
  async #become(
    plan: Plan,
    {
      written = this.#written,
      ...why
    }: { readonly written?: Plan } & Partial<Pick<PlanEvent, 'by' | 'cause'>>,
  ): Promise<boolean> {
    const lab = this.#lab;
    const before = this.#plan;
    if (this.#state !== 'running' || !lab) return false;
    const changes = diffPlans(before, plan);
    if (changes.length === 0) {
      // What an event has changed hides what was edited.
      const isNew = !sameData(this.#written, written);
      this.#written = written;
      if (isNew) await this.#keep(lab);
      return false;
    }
    refuseChecks(plan);
    await refuseOverlap(this.#options.client, plan, before);
    const startNs = this.nowNs;
    this.#events.watch(plan);
    const effective = await ofChange(lab.apply(before, plan));
    const forgotten = staleNeighbours(before, plan);
    await lab.forget(forgotten);
    await lab.askAgain(newlyAnswered(before, plan));
    this.#plan = plan;
    this.#written = written;
    this.#epoch += 1;
    const timeNs = effective === undefined ? this.nowNs : this.#clock.ofHost(effective);
    const durationNs = this.nowNs - startNs;
    const what = { plan, changes, forgotten, durationNs, ...why };
    this.#events.push({ kind: 'plan', timeNs, epoch: this.#epoch, ...what });
    this.#traffic.follow(plan);
    await this.#keep(lab);
    return true;
  }

  async #keep(lab: DockerLab): Promise<void> {
    this.#revision += 1;
    await lab.keep({
      revision: this.#revision,
      plan: this.#plan,
      ...(this.#written.events && { written: this.#written }),
      ...(this.#file !== undefined && { file: this.#file }),
      epoch: this.#epoch,
      zeroNs: this.#clock.zeroNs,
      overlay: lab.overlay,
      trafficSinceNs: this.#traffic.sinceNs,
    });
  }

  async #stop(): Promise<void> {
    const wasRunning = this.#state === 'running';
    this.#state = 'stopped';
    this.#traffic.cut();
    this.#happenings.stop();
    if (!wasRunning) this.#lab?.cancel();
    await this.#starting?.catch(() => undefined);
    await this.#changes.over();
    if (!wasRunning) return;
    await this.#lab?.tellLosses();
    this.#events.flush();
    try {
      await this.#remove();
    } finally {
      for (const { name } of this.#plan.nodes) this.#events.node(name, 'stopped');
      this.#events.flush();
    }
  }

  async #leave(): Promise<void> {
    const wasRunning = this.#state === 'running';
    await this.#changes.over();
    if (wasRunning && this.#lab) {
      await this.#keep(this.#lab);
      await this.#lab.tellLosses();
      await this.#lease?.leave();
    }
    this.#state = 'stopped';
    await this.#starting?.catch(() => undefined);
    this.#letGo();
  }

  /** The lab is somebody else's now, or nobody's. */
  #release(code: string): void {
    if (this.#ending) return;
    this.#options.onWarning?.({ code, params: {} });
    this.#traffic.cut();
    this.#ending = Promise.resolve(this.#letGo());
    this.#options.onReleased?.();
    this.#tellOver();
  }

  /** Nothing of the lab is touched. */
  #letGo(): void {
    this.#state = 'stopped';
    this.#traffic.stop();
    this.#happenings.stop();
    this.#events.listening = false;
    clearInterval(this.#ticker);
    this.#lease?.end();
    this.#lab?.leave();
    this.#lab = undefined;
    this.#events.flush();
  }

  async #remove(): Promise<void> {
    this.#events.listening = false;
    clearInterval(this.#ticker);
    this.#lease?.end();
    const lab = this.#lab;
    this.#lab = undefined;
    await lab?.remove();
  }

  #step(step: StartStep): void {
    this.#throwIfStopped();
    this.#options.onStep?.(step);
  }

  #throwIfStopped(): void {
    if (this.#state === 'stopped') throw new LabError('stopped');
  }
}

/** A director in a container does not check its servers. */
function refuseChecks({ nodes }: Plan): void {
  const checked = nodes.flatMap(({ forwarder }) => forwarder?.services.filter(({ check }) => check) ?? []);
  const services = [...new Set(checked.map(({ name }) => name))].join(', ');
  if (checked.length > 0) throw new LabError('no-checks', { services });
}
