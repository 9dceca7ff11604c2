import type { Candidate, Scheduler, SchedulerKind } from './scheduler.ts';
import { evenShares } from './weights.ts';

/** Round robin: the next one after the last, those with weight 0 left out (ip_vs_rr.c). */
export class Rr implements Scheduler {
  private candidates: readonly Candidate[] = [];
  private last = -1;
  private turn = 0;

  update(candidates: readonly Candidate[]): void {
    // When the last one is gone, the turn goes on from the nearest one before it that is still there.
    let last = this.last;
    while (last >= 0 && !candidates.includes(this.candidates[last]!)) last--;
    this.last = last < 0 ? -1 : candidates.indexOf(this.candidates[last]!);
    this.candidates = candidates;
  }

  pick(): number {
    const count = this.candidates.length;
    for (let step = 1; step <= count; step++) {
      const place = (this.last + step) % count;
      if (this.candidates[place]!.weight <= 0) continue;
      this.last = place;
      this.turn++;
      return place;
    }
    return -1;
  }

  explain(): string {
    return `rr: #${this.turn}`;
  }
}

export const rr: SchedulerKind = { make: () => new Rr(), hasFlags: false, shares: evenShares };
