import type { EvictedRequests, Request } from '../report.ts';

/** Requests that are not kept any more, counted by what came of them: there are only so many ways. */
export class EvictedTally {
  readonly #counts = new Map<string, EvictedRequests>();
  /** How often something was counted. */
  count = 0;

  add({ protocol, outcome, finding, times = 1 }: Request): void {
    this.count++;
    const key = `${protocol} ${outcome} ${finding ?? ''}`;
    const before = this.#counts.get(key)?.times ?? 0;
    this.#counts.set(key, { protocol, outcome, ...(finding && { finding }), times: before + times });
  }

  get all(): readonly EvictedRequests[] {
    return [...this.#counts.values()];
  }
}
