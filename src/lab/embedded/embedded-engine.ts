import type { Ipv4 } from '../../packet/address.ts';
import type { Engine, EventSink, NodeSetting } from '../engine.ts';
import type { LabEvent, PlanEvent } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import { diffPlans } from '../topology/diff.ts';
import { planAt } from '../topology/plan-at.ts';
import type { Plan, PlannedTraffic } from '../topology/plan.ts';
import { EventSchedule } from '../traffic/event-schedule.ts';
import { fetchOnce, ping, type FetchResult, type PingResult } from './by-hand.ts';
import { VirtualClock } from './clock.ts';
import { EventBatch } from './event-batch.ts';
import type { LabNode } from './lab-node.ts';
import { Lab } from './lab.ts';
import { lookUp } from './look-up.ts';
import { Pacer, ambientTimers, slice, type RealTimers } from './pacer.ts';

export interface EmbeddedOptions {
  /** Decides loss, sequence numbers and ports: the same seed gives the same run, byte for byte. */
  readonly seed?: number;
  /** `virtual` runs as fast as it can when asked to settle; `real` keeps pace with the real time. */
  readonly pace?: 'virtual' | 'real';
  /** ISO time with nine decimals; now when left out. */
  readonly startedAt?: string;
  /** Those of the runtime when left out. */
  readonly timers?: RealTimers;
  /** `virtual`: so many events are told at most before `settled` gives up; without end when left out. */
  readonly mostEvents?: number;
  /** `real`: when nothing that matters is due for so long, that time is passed over; never when left out. */
  readonly idleNs?: number;
}

/** The whole lab in memory: no privileges, no containers, a clock of its own. */
export class EmbeddedEngine implements Engine {
  readonly name = 'embedded';
  readonly startedAt: string;
  readonly #clock = new VirtualClock();
  readonly #lab: Lab;
  readonly #batch: EventBatch;
  readonly #timers: RealTimers;
  readonly #pace: NonNullable<EmbeddedOptions['pace']>;
  readonly #mostEvents: number;
  readonly #idleNs: number;
  #events = 0;
  readonly #happenings: EventSchedule;
  /** As the file has it; the lab's own is that with what has happened since. */
  #written: Plan;
  #pacer: Pacer | undefined;
  /** Events of a change under way: the change itself is told first. */
  #held: LabEvent[] | undefined;
  #waiting: { readonly untilNs: number; readonly resolve: (settled: boolean) => void }[] = [];
  #state: 'new' | 'running' | 'stopped' = 'new';
  #epoch = 0;
  #pings = 0;
  /** Who asked something by hand and waits. */
  readonly #unanswered = new Set<() => void>();

  constructor(plan: Plan, emit: EventSink, options: EmbeddedOptions = {}) {
    this.#batch = new EventBatch(emit);
    this.#written = plan;
    this.#happenings = new EventSchedule({
      now: () => this.nowNs,
      after: (delayNs, run) => this.#clock.after(delayNs, run),
      happen: ({ atNs, text }) => this.#become(planAt(this.#written, atNs), { by: text }),
    });
    this.startedAt = options.startedAt ?? new Date().toISOString().replace('Z', '000000Z');
    this.#timers = options.timers ?? ambientTimers();
    this.#pace = options.pace ?? 'virtual';
    this.#mostEvents = options.mostEvents ?? Infinity;
    this.#idleNs = options.idleNs ?? Infinity;
    this.#lab = new Lab(plan, {
      clock: this.#clock,
      seed: options.seed ?? 1,
      emit: (event) => {
        this.#events += 1;
        if (this.#held) this.#held.push(event);
        else this.#batch.add(event);
      },
    });
  }

  get nowNs(): number {
    return this.#clock.now();
  }

  start(): Promise<void> {
    this.startNow();
    return Promise.resolve();
  }

  /** The same without a promise; a second call does nothing. */
  startNow(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    const plan = this.#lab.plan;
    this.#batch.add({ kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 });
    this.#lab.start();
    this.#happenings.follow(plan.events ?? [], -1);
    if (this.#pace !== 'real') {
      this.#batch.tell();
      return;
    }
    this.#pacer = new Pacer(this.#clock, this.#timers, {
      idleNs: this.#idleNs,
      afterSlice: () => {
        this.#batch.tell();
        this.#releaseWaiting();
      },
      skipped: (durationNs) => this.#batch.add({ kind: 'skip', timeNs: this.nowNs, durationNs }),
    });
    this.#pacer.follow();
  }

  apply(plan: Plan, cause?: number): Promise<boolean> {
    this.#pacer?.follow();
    if (this.#state !== 'running') return Promise.resolve(false);
    this.#written = plan;
    const isChanged = this.#become(planAt(plan, this.nowNs), cause === undefined ? {} : { cause });
    this.#happenings.follow(plan.events ?? [], this.nowNs);
    this.#goOn();
    return Promise.resolve(isChanged);
  }

  /** False when it is so already. */
  #become(plan: Plan, why: Partial<Pick<PlanEvent, 'by' | 'cause'>>): boolean {
    const changes = diffPlans(this.#lab.plan, plan);
    if (changes.length === 0) return false;
    const startMs = this.#now();
    const held: LabEvent[] = [];
    this.#held = held;
    const forgotten = this.#lab.apply(plan, changes);
    this.#held = undefined;
    this.#epoch += 1;
    const durationNs = Math.round((this.#now() - startMs) * 1e6);
    const what = { plan, changes, forgotten, durationNs, ...why };
    this.#batch.add({ kind: 'plan', timeNs: this.nowNs, epoch: this.#epoch, ...what });
    for (const event of held) this.#batch.add(event);
    return true;
  }

  /** Rejects with a RangeError when the plan has no such entry. */
  request(trafficIndex = 0): Promise<void> {
    const entry = this.#lab.plan.traffic[trafficIndex];
    if (!entry) return Promise.reject(new RangeError(`no traffic entry ${trafficIndex}`));
    this.#pacer?.follow();
    if (this.#state === 'running') this.#lab.traffic.request(entry, 'hand');
    this.#goOn();
    return Promise.resolve();
  }

  settled(limitNs: number): Promise<boolean> {
    if (!this.#pacer) return this.#settles(this.nowNs + limitNs);
    this.#pacer.follow();
    if (this.#clock.settled || this.#state !== 'running') return Promise.resolve(this.#state === 'running');
    // The clock wakes at the limit too, if nothing else happens.
    this.#clock.after(limitNs, () => undefined, 'background');
    const untilNs = this.nowNs + limitNs;
    const settled = new Promise<boolean>((resolve) => this.#waiting.push({ untilNs, resolve }));
    this.#pacer.follow();
    return settled;
  }

  /**
   * Runs until all planned traffic is done and nothing that matters is in flight, at most `limitNs` of the lab's time.
   * Returns whether it has settled. For the virtual pace.
   */
  runUntilSettled(limitNs: number): boolean {
    const untilNs = this.nowNs + limitNs;
    this.#steps(untilNs, () => true);
    this.#batch.tell();
    return this.#clock.settled;
  }

  async #settles(untilNs: number): Promise<boolean> {
    while (this.#state === 'running') {
      const isDone = this.#steps(untilNs, slice(this.#timers));
      this.#batch.tell();
      if (isDone) return this.#clock.settled;
      await new Promise<void>((resolve) => void this.#timers.setTimeout(resolve, 0));
    }
    return false;
  }

  /**
   * Runs some steps: whoever wants to stop the run must be heard. What happens is the same however it is sliced. Returns
   * whether that was it: nothing that matters is left, or the time is, or more work would be done.
   */
  #steps(untilNs: number, mayGoOn: () => boolean): boolean {
    while (mayGoOn()) {
      if (this.#clock.settled || this.#events >= this.#mostEvents) return true;
      const next = this.#clock.next();
      if (next === undefined || next > untilNs) {
        this.#clock.runUntil(untilNs);
        return true;
      }
      this.#clock.step();
    }
    return false;
  }

  /** Real time, in milliseconds, where there is one: a run in virtual time is a function of its file. */
  #now(): number {
    return this.#pace === 'real' ? this.#timers.now() : 0;
  }

  /** Lets `durationNs` of the lab's time pass, whatever happens in it. For the virtual pace. */
  run(durationNs: number): void {
    this.#clock.runUntil(this.nowNs + durationNs);
    this.#batch.tell();
  }

  stop(): Promise<void> {
    if (this.#state === 'running') {
      this.#lab.traffic.cut();
      this.#lab.halt();
      this.#batch.tell();
    }
    this.#state = 'stopped';
    this.#pacer?.stop();
    this.#clock.clear();
    for (const giveUp of this.#unanswered) giveUp();
    this.#unanswered.clear();
    this.#releaseWaiting();
    return Promise.resolve();
  }

  setNode(name: string, state: NodeSetting): Promise<boolean> {
    return Promise.resolve(this.setNodeNow(name, state));
  }

  /** The same without a promise. */
  setNodeNow(name: string, state: NodeSetting): boolean {
    if (this.#state !== 'running') return false;
    this.#pacer?.follow();
    const done = this.#lab.setState(name, state);
    this.#goOn();
    return done;
  }

  nodeState(name: string): Promise<NodeState | undefined> {
    return Promise.resolve(this.nodeStateNow(name));
  }

  /** One ping from a node; `undefined` when it does not run, or the lab ends first. */
  ping(name: string, to: Ipv4, timeoutNs: number): Promise<PingResult | undefined> {
    this.#pings = (this.#pings + 1) >>> 0;
    return this.#byHand(name, (node, done) => ping(node, this.#clock, to, this.#pings, timeoutNs, done));
  }

  /** One request over TCP from a node; `undefined` when it does not run, or the lab ends first. */
  fetch(name: string, entry: PlannedTraffic): Promise<FetchResult | undefined> {
    return this.#byHand(name, (node, done) => fetchOnce(node, this.#clock, entry, done));
  }

  #byHand<Result>(
    name: string,
    act: (node: LabNode, done: (result: Result) => void) => void,
  ): Promise<Result | undefined> {
    const node = this.#lab.node(name);
    if (this.#state !== 'running' || !node || node.paused) return Promise.resolve(undefined);
    this.#pacer?.follow();
    return new Promise((resolve) => {
      const giveUp = () => resolve(undefined);
      this.#unanswered.add(giveUp);
      act(node, (result) => {
        this.#unanswered.delete(giveUp);
        resolve(result);
      });
      this.#goOn();
    });
  }

  /** The same without a promise. */
  nodeStateNow(name: string): NodeState | undefined {
    const node = this.#lab.node(name);
    return node && lookUp(node, this.nowNs);
  }

  /** After something was asked of the lab. */
  #goOn(): void {
    this.#pacer?.follow();
    this.#batch.tell();
  }

  #releaseWaiting(): void {
    const ready = this.#waiting.filter(({ untilNs }) => this.#clock.settled || this.nowNs >= untilNs);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { resolve } of ready) resolve(this.#state === 'running' && this.#clock.settled);
  }
}
