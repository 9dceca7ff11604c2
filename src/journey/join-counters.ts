import type { DecisionEvent } from '../lab/events.ts';

/** What was seen while joining, from the beginning of the recording. */
export class JoinCounters {
  frames = 0;
  hops = 0;
  flooded = 0;
  foreign = 0;
  undecodable = 0;
  captureLoss = 0;
  readonly decisions: Record<string, number> = {};

  decided({ relation, reason }: DecisionEvent): void {
    const key = reason ? `${relation}:${reason}` : relation;
    this.decisions[key] = (this.decisions[key] ?? 0) + 1;
  }
}
