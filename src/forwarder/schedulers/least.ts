import type { Candidate, Scheduler } from './scheduler.ts';

/**
 * The common part of lc, wlc, sed and nq: the first candidate with the smallest load per weight. Loads are compared
 * as `load1 * weight2 > load2 * weight1`, as the kernel does without floating point.
 */
export class Least implements Scheduler {
  private candidates: readonly Candidate[] = [];
  private readonly name: string;
  private readonly load: (candidate: Candidate) => number;
  private readonly weighted: boolean;
  private readonly idleFirst: boolean;

  /**
   * `load` of a candidate; `weighted`: divided by its weight; `idleFirst`: the first candidate without active
   * connections wins at once.
   */
  constructor(
    name: string,
    load: (candidate: Candidate) => number,
    options: { readonly weighted: boolean; readonly idleFirst: boolean },
  ) {
    this.name = name;
    this.load = load;
    this.weighted = options.weighted;
    this.idleFirst = options.idleFirst;
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
  }

  pick(): number {
    let least = -1;
    let leastLoad = 0;
    let leastWeight = 1;
    for (let i = 0; i < this.candidates.length; i++) {
      const candidate = this.candidates[i]!;
      if (candidate.weight <= 0) continue;
      if (this.idleFirst && candidate.active === 0) return i;
      const load = this.load(candidate);
      const weight = this.weighted ? candidate.weight : 1;
      if (least >= 0 && leastLoad * weight <= load * leastWeight) continue;
      least = i;
      leastLoad = load;
      leastWeight = weight;
    }
    return least;
  }

  explain(): string {
    const loads = this.candidates.map((candidate) =>
      candidate.weight <= 0
        ? `${candidate.name} –`
        : `${candidate.name} ${this.load(candidate)}${this.weighted ? `/${candidate.weight}` : ''}`,
    );
    return `${this.name}: ${loads.join(', ')}`;
  }
}

/** IPVS's `ip_vs_dest_conn_overhead`: an active connection costs as much as 256 inactive ones. */
export function connectionOverhead(candidate: Candidate): number {
  return candidate.active * 256 + candidate.inactive;
}

/** What the server's load would be with the new connection (ip_vs_sed.c). */
export function expectedDelay(candidate: Candidate): number {
  return candidate.active + 1;
}
