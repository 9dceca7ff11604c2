import type { DecisionEvent, FrameEvent, LossEvent } from '../../lab/events.ts';

/** What was seen while joining, from the beginning of the recording. */
export class JoinCounters {
  frames = 0;
  hops = 0;
  flooded = 0;
  foreign = 0;
  undecodable = 0;
  /** Not recorded: by accident, and on purpose in a flood. */
  captureLoss = 0;
  overBudget = 0;
  /** Recorded in part. */
  cut = 0;
  decisionsLost = 0;
  readonly decisions: Record<string, number> = {};

  copy(): JoinCounters {
    return Object.assign(new JoinCounters(), { ...this, decisions: { ...this.decisions } });
  }

  frame({ bytes, originalLength }: FrameEvent): void {
    this.frames++;
    if (bytes.length < originalLength) this.cut++;
  }

  lost({ reason, frames }: LossEvent): void {
    if (reason === 'budget') this.overBudget += frames;
    else this.captureLoss += frames;
  }

  decided({ relation, reason }: DecisionEvent): void {
    const key = reason ? `${relation}:${reason}` : relation;
    this.decisions[key] = (this.decisions[key] ?? 0) + 1;
  }
}
