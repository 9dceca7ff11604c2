/** How often the offset is taken anew, should somebody set the clock. */
const TRUST_MS = 10_000;

/**
 * CLOCK_REALTIME to microseconds out of what JavaScript has: the monotonic clock, and a wall clock in milliseconds whose
 * step is watched for. Only for ports that know no better.
 */
export class WallClock {
  /** The second half of what `seconds` read. */
  nanoseconds = 0;
  #offset = 0;
  #until = -Infinity;

  /** Nanoseconds since 1970. */
  now(): bigint {
    const seconds = this.seconds();
    return BigInt(seconds) * 1_000_000_000n + BigInt(this.nanoseconds);
  }

  /** Reads the clock: the whole seconds; the rest is in `nanoseconds`. */
  seconds(): number {
    const monotonic = performance.now();
    if (monotonic >= this.#until) this.#calibrate();
    const milliseconds = this.#offset + monotonic;
    const seconds = Math.floor(milliseconds / 1000);
    this.nanoseconds = Math.floor((milliseconds - seconds * 1000) * 1e6);
    return seconds;
  }

  /** Takes a millisecond at most: until the wall clock steps. */
  #calibrate(): void {
    const before = Date.now();
    let now = before;
    let monotonic = 0;
    while (now === before) {
      now = Date.now();
      monotonic = performance.now();
    }
    this.#offset = now - monotonic;
    this.#until = monotonic + TRUST_MS;
  }
}
