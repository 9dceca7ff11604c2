import type { PlannedEvent } from '../topology/plan.ts';

export interface EventHost {
  /** Nanoseconds of the lab's time. */
  now(): number;
  after(delayNs: number, run: () => void): { cancel(): void };
  /** It is time for this event; those of one time come one after the other. */
  happen(event: PlannedEvent): void;
}

/** Says when an event of the file is due, on whatever clock the engine has. */
export class EventSchedule {
  readonly #host: EventHost;
  #left: readonly PlannedEvent[] = [];
  #timer: { cancel(): void } | undefined;

  constructor(host: EventHost) {
    this.#host = host;
  }

  /** Whether nothing more is to happen. */
  get done(): boolean {
    return this.#left.length === 0;
  }

  /** @param sinceNs What is due by then has had its effect already; before the start, -1. */
  follow(events: readonly PlannedEvent[], sinceNs: number): void {
    this.stop();
    this.#left = events.filter(({ atNs }) => atNs > sinceNs);
    this.#await();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#left = [];
  }

  #await(): void {
    const [next, ...later] = this.#left;
    this.#timer = undefined;
    if (next === undefined) return;
    this.#timer = this.#host.after(Math.max(0, next.atNs - this.#host.now()), () => {
      this.#left = later;
      this.#host.happen(next);
      this.#await();
    });
  }
}
