const MOST = 5;
const MINUTE_MS = 60_000;

/** What keeps dying is given up after so many times within a minute. */
export class Restarts {
  #ends: number[] = [];

  /** It died now; true when it is to be started again. */
  allow(nowMs: number): boolean {
    this.#ends = [...this.#ends.filter((at) => nowMs - at < MINUTE_MS), nowMs];
    return this.#ends.length <= MOST;
  }
}
