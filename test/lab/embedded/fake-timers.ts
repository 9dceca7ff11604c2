import type { RealTimers } from '../../../src/lab/embedded/pacer.ts';

interface Waiting {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A real clock that stands still until a test lets time pass. */
export class FakeTimers implements RealTimers {
  #nowMs = 1000;
  #waiting: Waiting[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** Work that takes so long. */
  spend(ms: number): void {
    this.#nowMs += ms;
  }

  setTimeout(run: () => void, delayMs: number): unknown {
    const waiting = { dueMs: this.#nowMs + delayMs, run };
    this.#waiting.push(waiting);
    return waiting;
  }

  clearTimeout(timer: unknown): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== timer);
  }

  /** Lets time pass and runs at most `limit` of the timers that come due. */
  pass(ms: number, limit = Infinity): void {
    const untilMs = this.#nowMs + ms;
    for (let left = limit; left > 0; left -= 1) {
      const [next] = this.#waiting.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (!next) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.clearTimeout(next);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}
