import type { VirtualClock } from './clock.ts';

const NS_PER_MS = 1e6;
/** Events run in a row, and for how long, before others get their turn: a flood must not freeze who shares the thread. */
const EVENTS_PER_SLICE = 2000;
export const MS_PER_SLICE = 15;

/** The real time and its timers, in milliseconds: those of a browser or of Node fit. */
export interface RealTimers {
  now(): number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface PacerOptions {
  /** When nothing that matters is due for so long, the clock does not wait for it. */
  readonly idleNs: number;
  readonly afterSlice: () => void;
  /** So much time of the clock's was passed over; it stands where it goes on. */
  readonly skipped: (durationNs: number) => void;
}

/** Lets a virtual clock follow the real one, except over idle stretches. */
export class Pacer {
  readonly #clock: VirtualClock;
  readonly #timers: RealTimers;
  readonly #options: PacerOptions;
  /** The real time at which the virtual clock stood at 0. */
  #zeroMs: number;
  #timer: unknown;
  #following = false;

  constructor(clock: VirtualClock, timers: RealTimers, options: PacerOptions) {
    this.#clock = clock;
    this.#timers = timers;
    this.#options = options;
    this.#zeroMs = timers.now() - clock.now() / NS_PER_MS;
  }

  /** Runs what is due by now, then waits for the next event. Call it after anything that queues events. */
  readonly follow = (): void => {
    // Whoever hears an event may ask for something at once: it is queued, and this round goes on to it.
    if (this.#following) return;
    this.#following = true;
    this.stop();
    try {
      this.#round();
    } finally {
      this.#following = false;
    }
  };

  #round(): void {
    const beganMs = this.#timers.now();
    const nowNs = Math.round((beganMs - this.#zeroMs) * NS_PER_MS);
    const mayGoOn = slice(this.#timers);
    let next = this.#clock.next();
    for (; next !== undefined && next <= nowNs && mayGoOn(); next = this.#clock.next()) this.#clock.step();
    const late = next !== undefined && next <= nowNs;
    if (!late) {
      this.#clock.runUntil(nowNs);
      this.#passOverIdle(nowNs);
    }
    this.#options.afterSlice();
    next = this.#clock.next();
    if (next === undefined) return;
    const delayMs = late ? 0 : Math.max(0, Math.ceil(next / NS_PER_MS + this.#zeroMs - this.#timers.now()));
    this.#timer = this.#timers.setTimeout(this.follow, delayMs);
  }

  /** Upkeep that is due in between is done. From then on the clock is ahead of the real time by what was passed over. */
  #passOverIdle(nowNs: number): void {
    const { idleNs, skipped } = this.#options;
    const clock = this.#clock;
    let untilNs = idleNs < Infinity ? (clock.nextThatMatters() ?? nowNs) : nowNs;
    if (untilNs - nowNs < idleNs) return;
    for (let next = clock.next(); next !== undefined && next < untilNs; next = clock.next()) {
      clock.step();
      // Upkeep may give rise to something.
      untilNs = clock.nextThatMatters() ?? untilNs;
    }
    clock.runUntil(untilNs - 1);
    skipped(untilNs - 1 - nowNs);
    this.#zeroMs -= (untilNs - 1 - nowNs) / NS_PER_MS;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Work in a row that begins now: asked before each event whether it is still within it. */
export function slice(timers: RealTimers): () => boolean {
  const untilMs = timers.now() + MS_PER_SLICE;
  let left = EVENTS_PER_SLICE;
  return () => left-- > 0 && timers.now() < untilMs;
}

/** The timers of wherever this runs; browsers and Node have the same three. */
export function ambientTimers(): RealTimers {
  const ambient = globalThis as unknown as {
    readonly performance: { now(): number };
    readonly setTimeout: RealTimers['setTimeout'];
    readonly clearTimeout: RealTimers['clearTimeout'];
  };
  return {
    now: () => ambient.performance.now(),
    setTimeout: (run, delayMs) => ambient.setTimeout(run, delayMs),
    clearTimeout: (timer) => ambient.clearTimeout(timer),
  };
}
