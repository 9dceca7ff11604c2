import type { Plan, PlannedTraffic } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import { protocolOf, requestTime } from '../traffic/schedule.ts';
import type { RequestOutcome } from './agent-protocol.ts';

/** How one request ended. Times are the lab's. */
export interface RequestResult {
  readonly entry: PlannedTraffic;
  readonly startNs: number;
  readonly endNs: number;
  readonly outcome: RequestOutcome;
}

interface Schedule {
  readonly entry: PlannedTraffic;
  readonly startNs: number;
  next: number;
  timer: NodeJS.Timeout | undefined;
}

export interface TrafficHost {
  nowNs(): number;
  fetch(entry: PlannedTraffic, protocol: 'tcp' | 'udp' | 'icmp'): Promise<RequestOutcome>;
}

/** A lab that runs for days keeps the last of them. */
const RESULTS_KEPT = 100_000;

/** Sends the planned requests when they are due, in real time. */
export class TrafficSchedule {
  readonly #host: TrafficHost;
  #schedules: Schedule[] = [];
  #plan: Plan | undefined;
  #underWay = 0;
  readonly #results: RequestResult[] = [];

  constructor(host: TrafficHost) {
    this.#host = host;
  }

  get results(): readonly RequestResult[] {
    return this.#results;
  }

  /** Whether every planned request was sent and has ended. */
  get done(): boolean {
    return this.#underWay === 0 && this.#schedules.every(({ timer }) => timer === undefined);
  }

  /** Entries that stay the same go on where they are; changed and new ones start from now; the rest is cancelled. */
  follow(plan: Plan): void {
    this.#plan = plan;
    const running = [...this.#schedules];
    this.#schedules = plan.traffic.map((entry) => {
      const at = running.findIndex((schedule) => sameData(schedule.entry, entry));
      const [kept] = at === -1 ? [] : running.splice(at, 1);
      return kept ?? { entry, startNs: this.#host.nowNs(), next: 0, timer: undefined };
    });
    for (const { timer } of running) clearTimeout(timer);
    for (const schedule of this.#schedules) if (!schedule.timer) this.#await(schedule);
  }

  async request(entry: PlannedTraffic): Promise<void> {
    if (!this.#plan) return;
    const startNs = this.#host.nowNs();
    this.#underWay += 1;
    // A client that is gone gets no answer.
    const outcome = await this.#host
      .fetch(entry, protocolOf(this.#plan, entry))
      .catch((): RequestOutcome => 'unreachable');
    this.#underWay -= 1;
    if (this.#results.length === RESULTS_KEPT) this.#results.shift();
    this.#results.push({ entry, startNs, endNs: this.#host.nowNs(), outcome });
  }

  stop(): void {
    for (const schedule of this.#schedules) {
      clearTimeout(schedule.timer);
      schedule.timer = undefined;
    }
    this.#plan = undefined;
  }

  #await(schedule: Schedule): void {
    const due = requestTime(schedule.entry, schedule.next);
    schedule.timer = undefined;
    if (due === undefined) return;
    schedule.next += 1;
    const inMs = Math.max(0, (schedule.startNs + due - this.#host.nowNs()) / 1e6);
    schedule.timer = setTimeout(() => {
      this.#await(schedule);
      void this.request(schedule.entry);
    }, inMs);
  }
}
