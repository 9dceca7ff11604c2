const MS = 1e6;
/** Linux's TCP_RTO_MIN; RFC 6298 would have one second, too long for a network inside one machine. */
const LEAST_TIMEOUT = 200 * MS;
const GREATEST_TIMEOUT = 120_000 * MS;
/** Before anything was measured (RFC 6298, section 2.1). */
const FIRST_TIMEOUT = 1000 * MS;

/** The retransmission timeout from measured round trips, in nanoseconds (RFC 6298). */
export class RoundTrip {
  #smoothed: number | undefined;
  #variation = 0;
  #backOff = 0;

  /** A round trip of a segment sent only once (Karn): a repeated one's answer may belong to either copy. */
  measured(duration: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = duration;
      this.#variation = duration / 2;
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - duration);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * duration;
    }
  }

  /** New data was acknowledged: the path works again. */
  progress(): void {
    this.#backOff = 0;
  }

  /** The timer went off: wait twice as long for the next copy. */
  backOff(): void {
    this.#backOff += 1;
  }

  get timeout(): number {
    const base =
      this.#smoothed === undefined
        ? FIRST_TIMEOUT
        : Math.max(LEAST_TIMEOUT, this.#smoothed + 4 * this.#variation);
    return Math.min(GREATEST_TIMEOUT, Math.round(base) * 2 ** Math.min(this.#backOff, 16));
  }
}
