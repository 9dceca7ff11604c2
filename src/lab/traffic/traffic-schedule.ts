import type { RequestEnd, RequestEvent } from '../events.ts';
import type { Plan, PlannedLoad, PlannedTraffic } from '../topology/plan.ts';
import { sameData } from '../topology/same-data.ts';
import { protocolOf, requestTime } from './schedule.ts';

/** One request to be made. */
export interface AskedRequest {
  /** Counts from 1; a datagram carries it, so that its answer can say what it answers. */
  readonly id: number;
  readonly entry: PlannedTraffic;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
}

/** Is told once how a request ended; with its source port, if that was not known before. */
export type RequestEnded = (end: RequestEnd, sourcePort?: number) => void;

/** What an engine lends the schedule: its time, and its clients. */
export interface TrafficHost {
  /** Nanoseconds of the lab's time. */
  now(): number;
  after(delayNs: number, run: () => void): { cancel(): void };
  /** Begins one request. Returns the port that it is sent from, or the echo identifier, when that is known. */
  send(asked: AskedRequest, ended: RequestEnded): number | undefined;
  /** Begins one load, over TCP. */
  load(entry: LoadEntry, ended: RequestEnded): void;
  tell(event: RequestEvent): void;
}

/** An entry that is a load. */
export type LoadEntry = PlannedTraffic & { readonly load: PlannedLoad };

interface Schedule {
  readonly entry: PlannedTraffic;
  readonly startNs: number;
  next: number;
  timer: { cancel(): void } | undefined;
}

/** Sends the planned requests when they are due, on whatever clock and by whatever clients the engine has, and tells of each. */
export class TrafficSchedule {
  readonly #host: TrafficHost;
  #schedules: Schedule[] = [];
  #plan: Plan | undefined;
  #lastId = 0;
  readonly #underWay = new Map<number, { readonly node: string; readonly end: RequestEnded }>();

  constructor(host: TrafficHost) {
    this.#host = host;
  }

  /** Whether every planned request was sent and has ended. */
  get done(): boolean {
    return this.#underWay.size === 0 && this.#schedules.every(({ timer }) => timer === undefined);
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
      const at = running.findIndex((schedule) =>
        sameData(schedule.entry, { ...entry, written: schedule.entry.written }),
      );
      const [kept] = at === -1 ? [] : running.splice(at, 1);
      return kept ?? this.#schedule(entry, sinceNs[index]);
    });
    for (const { timer } of running) timer?.cancel();
    for (const schedule of this.#schedules) if (!schedule.timer) this.#await(schedule);
  }

  /** Sends one request of the entry now; `ended` is called when it has ended, at once when it could not be sent. */
  request(entry: PlannedTraffic, by: RequestEvent['by'], ended: () => void = () => undefined): void {
    if (this.#plan === undefined) {
      ended();
      return;
    }
    const id = (this.#lastId += 1);
    const protocol = protocolOf(this.#plan, entry);
    const told = { kind: 'request', id, node: entry.from, entry, by, protocol } as const;
    const askedNs = this.#host.now();
    let sourcePort: number | undefined;
    let isTold = false;
    let end: RequestEnd | undefined;
    const port = () => (sourcePort === undefined ? {} : { sourcePort });
    const finish = () => {
      if (end) this.#host.tell({ ...told, timeNs: this.#host.now(), ...port(), end });
      ended();
    };
    const whenEnded: RequestEnded = (how, from) => {
      if (!this.#underWay.delete(id)) return;
      end = how;
      sourcePort ??= from;
      // It is told how it began first.
      if (isTold) finish();
    };
    this.#underWay.set(id, { node: entry.from, end: whenEnded });
    const from =
      isLoad(entry) && protocol === 'tcp'
        ? this.#host.load(entry, whenEnded)
        : this.#host.send({ id, entry, protocol }, whenEnded);
    sourcePort ??= from ?? undefined;
    this.#host.tell({ ...told, timeNs: askedNs, ...port() });
    isTold = true;
    if (end) finish();
  }

  /** This node stops: nobody is there any more to tell how its requests end. */
  leave(node: string): void {
    for (const asked of [...this.#underWay.values()])
      if (asked.node === node) asked.end({ outcome: 'untold', reason: 'client-gone' });
  }

  /** The run is over: what was not sent is told, and what was under way. */
  cut(): void {
    for (const { end } of [...this.#underWay.values()]) end({ outcome: 'cut' });
    for (const { entry, next, timer } of this.#schedules)
      // What waits for its time is the one before `next`.
      if (timer) this.#unsent(entry, entry.count - next + 1, 'cut');
    this.stop();
  }

  /** Nothing more is sent, and nothing told: another controller may go on. */
  stop(): void {
    for (const schedule of this.#schedules) {
      schedule.timer?.cancel();
      schedule.timer = undefined;
    }
    this.#underWay.clear();
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

  #unsent(entry: PlannedTraffic, times: number, reason: RequestEnd['reason']): void {
    if (times <= 0 || this.#plan === undefined) return;
    const event: RequestEvent = {
      kind: 'request',
      timeNs: this.#host.now(),
      id: (this.#lastId += 1),
      ...(times > 1 && { times }),
      node: entry.from,
      entry,
      by: 'file',
      protocol: protocolOf(this.#plan, entry),
    };
    this.#host.tell(event);
    this.#host.tell({ ...event, end: { outcome: 'unsent', ...(reason && { reason }) } });
  }

  #await(schedule: Schedule): void {
    const due = requestTime(schedule.entry, schedule.next);
    schedule.timer = undefined;
    if (due === undefined) return;
    schedule.next += 1;
    const delayNs = Math.max(0, schedule.startNs + due - this.#host.now());
    schedule.timer = this.#host.after(delayNs, () => {
      this.#await(schedule);
      this.request(schedule.entry, 'file');
    });
  }
}

function isLoad(entry: PlannedTraffic): entry is LoadEntry {
  return entry.load !== undefined;
}
