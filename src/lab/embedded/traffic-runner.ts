import type { Plan, PlannedTraffic } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import { protocolOf, requestTime } from '../traffic/schedule.ts';
import type { Clock, Timer } from './clock.ts';
import type { LabNode } from './lab-node.ts';
import { requestOverIcmp, requestOverTcp, requestOverUdp, type RequestOutcome } from './request-client.ts';

/** How one request ended. */
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
  timer: Timer | undefined;
}

const REQUESTS = { tcp: requestOverTcp, udp: requestOverUdp, icmp: requestOverIcmp };

/** A lab that runs for days keeps the last of them. */
const RESULTS_KEPT = 100_000;

/** Sends the planned requests when they are due. */
export class TrafficRunner {
  readonly #clock: Clock;
  readonly #node: (name: string) => LabNode | undefined;
  readonly #results: RequestResult[] = [];
  #schedules: Schedule[] = [];
  #plan: Plan | undefined;

  constructor(clock: Clock, node: (name: string) => LabNode | undefined) {
    this.#clock = clock;
    this.#node = node;
  }

  get results(): readonly RequestResult[] {
    return this.#results;
  }

  /** Entries that stay the same go on where they are; changed and new ones start from now; the rest is cancelled. */
  follow(plan: Plan): void {
    this.#plan = plan;
    const running = [...this.#schedules];
    this.#schedules = plan.traffic.map((entry) => {
      const at = running.findIndex((schedule) => sameData(schedule.entry, entry));
      const [kept] = at === -1 ? [] : running.splice(at, 1);
      return kept ?? { entry, startNs: this.#clock.now(), next: 0, timer: undefined };
    });
    for (const schedule of running) schedule.timer?.cancel();
    for (const schedule of this.#schedules) if (!schedule.timer) this.#await(schedule);
  }

  /** Sends one request of the entry now, if its client is there and runs. */
  request(entry: PlannedTraffic): void {
    const node = this.#node(entry.from);
    if (!node || node.paused || !this.#plan) return;
    const startNs = this.#clock.now();
    const send = REQUESTS[protocolOf(this.#plan, entry)];
    send(node.kernel, this.#clock, entry, (outcome) => {
      if (this.#results.length === RESULTS_KEPT) this.#results.shift();
      this.#results.push({ entry, startNs, endNs: this.#clock.now(), outcome });
    });
  }

  #await(schedule: Schedule): void {
    const due = requestTime(schedule.entry, schedule.next);
    schedule.timer = undefined;
    if (due === undefined) return;
    schedule.next += 1;
    schedule.timer = this.#clock.after(schedule.startNs + due - this.#clock.now(), () => {
      this.#await(schedule);
      this.request(schedule.entry);
    });
  }
}
