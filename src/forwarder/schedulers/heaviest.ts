import type { Candidate, Scheduler } from './scheduler.ts';

/** The common part of fo and ovf: of the servers that take one more connection, the first with the largest weight. */
export class Heaviest implements Scheduler {
  private candidates: readonly Candidate[] = [];
  private readonly name: string;
  private readonly hasRoom: (candidate: Candidate) => boolean;

  constructor(name: string, hasRoom: (candidate: Candidate) => boolean) {
    this.name = name;
    this.hasRoom = hasRoom;
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
  }

  pick(): number {
    let heaviest = -1;
    let weight = 0;
    for (let i = 0; i < this.candidates.length; i++) {
      const candidate = this.candidates[i]!;
      if (candidate.weight <= weight || !this.hasRoom(candidate)) continue;
      heaviest = i;
      weight = candidate.weight;
    }
    return heaviest;
  }

  explain(): string {
    const weighed = this.candidates.map((candidate) =>
      candidate.weight <= 0
        ? `${candidate.name} –`
        : `${candidate.name} ${candidate.active}/${candidate.weight}`,
    );
    return `${this.name}: ${weighed.join(', ')}`;
  }
}
