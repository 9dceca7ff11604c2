import type { Candidate, Scheduler, SchedulerKind } from './scheduler.ts';
import { commonDivisor, largestWeight, sharesByWeight } from './weights.ts';

/**
 * Weighted round robin (ip_vs_wrr.c): passes over the servers with a required weight that falls from the largest
 * weight by the common divisor, so that servers alternate instead of taking all their turns at once.
 */
export class Wrr implements Scheduler {
  private candidates: readonly Candidate[] = [];
  private last = -1;
  private required = 0;
  private largest = 0;
  private step = 1;

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.last = -1;
    const weights = candidates.map(({ weight }) => weight);
    this.step = commonDivisor(weights) || 1;
    // Less one step, plus one: the last pass then requires a weight of 1, whatever the step.
    this.largest = largestWeight(weights) - (this.step - 1);
    if (this.required > this.largest || this.required <= 0) this.required = this.largest;
    else if (this.step > 1) this.required = Math.floor(this.required / this.step) * this.step + 1;
  }

  pick(): number {
    if (this.largest <= 0) return -1;
    for (;;) {
      for (let place = this.last + 1; place < this.candidates.length; place++) {
        if (this.candidates[place]!.weight < this.required) continue;
        this.last = place;
        return place;
      }
      // Ends: in the pass with the largest requirement at least one server is found.
      this.last = -1;
      this.required -= this.step;
      if (this.required <= 0) this.required = this.largest;
    }
  }

  explain(): string {
    return `wrr: ≥${this.required}`;
  }
}

export const wrr: SchedulerKind = { make: () => new Wrr(), hasFlags: false, shares: sharesByWeight };
