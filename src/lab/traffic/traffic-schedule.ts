import type { LoadEvent } from '../events.ts';
import type { Plan, PlannedLoad, PlannedTraffic } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import type { LoadResult } from './load-result.ts';
import type { RequestOutcome, RequestResult } from './request-result.ts';
import { protocolOf, requestTime } from './schedule.ts';

/** What an engine lends the schedule: its time, and its clients. */
export interface TrafficHost {
  /** Nanoseconds of the lab's time. */
  now(): number;
  after(delayNs: number, run: () => void): { cancel(): void };
  /** Begins one request, and tells once how it ended. False when its client cannot ask: nothing is told then. */
  send(
    entry: PlannedTraffic,
    protocol: 'tcp' | 'udp' | 'icmp',
    ended: (outcome: RequestOutcome) => void,
  ): boolean;
  /** Begins one load; the result is undefined when it could not be made. Otherwise as `send`. */
  load(entry: LoadEntry, ended: (result: LoadResult | undefined) => void): boolean;
  /** A load has ended. */
  loaded(event: LoadEvent): void;
}

/** An entry that is a load. */
export type LoadEntry = PlannedTraffic & { readonly load: PlannedLoad };

interface Schedule {
  readonly entry: PlannedTraffic;
  readonly startNs: number;
  next: number;
  timer: { cancel(): void } | undefined;
}

/** A lab that runs for days keeps the last of them. */
const RESULTS_KEPT = 100_000;

/** Sends the planned requests when they are due, on whatever clock and by whatever clients the engine has. */
export class TrafficSchedule {
  readonly #host: TrafficHost;
  #schedules: Schedule[] = [];
  #plan: Plan | undefined;
  #underWay = 0;
  readonly #results: RequestResult[] = [];

  constructor(host: TrafficHost) {
    this.#host = host;
  }

  /** In the order they ended. */
  get results(): readonly RequestResult[] {
    return this.#results;
  }

  /** Whether every planned request was sent and has ended. */
  get done(): boolean {
    return this.#underWay === 0 && this.#schedules.every(({ timer }) => timer === undefined);
  }

  /** When each entry of the plan began. */
  get sinceNs(): readonly number[] {
    return this.#schedules.map(({ startNs }) => startNs);
  }

  /**
   * Entries that stay the same go on where they are; changed and new ones start from now, or from when another controller
   * began them, without what was due meanwhile; the rest is cancelled.
   */
  follow(plan: Plan, sinceNs: readonly number[] = []): void {
    this.#plan = plan;
    const running = [...this.#schedules];
    this.#schedules = plan.traffic.map((entry, index) => {
      const at = running.findIndex((schedule) => sameData(schedule.entry, { ...entry, written: schedule.entry.written }));
      const [kept] = at === -1 ? [] : running.splice(at, 1);
      return kept ?? this.#schedule(entry, sinceNs[index]);
    });
    for (const { timer } of running) timer?.cancel();
    for (const schedule of this.#schedules) if (!schedule.timer) this.#await(schedule);
  }

  /** Sends one request of the entry now; `ended` is called when it has ended, at once when it could not be sent. */
  request(entry: PlannedTraffic, ended: () => void = () => undefined): void {
    const startNs = this.#host.now();
    let waiting = true;
    const finish = (outcome?: RequestOutcome) => {
      if (!waiting) return;
      waiting = false;
      this.#underWay -= 1;
      if (outcome !== undefined) this.#keep({ entry, startNs, endNs: this.#host.now(), outcome });
      ended();
    };
    this.#underWay += 1;
    if (!this.#begin(entry, startNs, finish)) finish();
  }

  stop(): void {
    for (const schedule of this.#schedules) {
      schedule.timer?.cancel();
      schedule.timer = undefined;
    }
    this.#plan = undefined;
  }

  #schedule(entry: PlannedTraffic, sinceNs: number | undefined): Schedule {
    const now = this.#host.now();
    const startNs = sinceNs ?? now;
    let next = 0;
    for (let due = requestTime(entry, next); due !== undefined && startNs + due < now;)
      due = requestTime(entry, ++next);
    return { entry, startNs, next, timer: undefined };
  }

  #begin(entry: PlannedTraffic, startNs: number, finish: (outcome?: RequestOutcome) => void): boolean {
    if (this.#plan === undefined) return false;
    const protocol = protocolOf(this.#plan, entry);
    if (!isLoad(entry) || protocol !== 'tcp') return this.#host.send(entry, protocol, finish);
    return this.#host.load(entry, (result) => {
      if (result) {
        const timeNs = this.#host.now();
        this.#host.loaded({ kind: 'load', timeNs, startNs, node: entry.from, entry, result });
      }
      finish(result && result.requests > 0 ? 'answered' : 'timed-out');
    });
  }

  #keep(result: RequestResult): void {
    if (this.#results.length === RESULTS_KEPT) this.#results.shift();
    this.#results.push(result);
  }

  #await(schedule: Schedule): void {
    const due = requestTime(schedule.entry, schedule.next);
    schedule.timer = undefined;
    if (due === undefined) return;
    schedule.next += 1;
    const delayNs = Math.max(0, schedule.startNs + due - this.#host.now());
    schedule.timer = this.#host.after(delayNs, () => {
      this.#await(schedule);
      this.request(schedule.entry);
    });
  }
}

function isLoad(entry: PlannedTraffic): entry is LoadEntry {
  return entry.load !== undefined;
}
