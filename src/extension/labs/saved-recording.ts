import type { LabEvent } from '../../lab/events.ts';
import type { Engine } from '../../lab/engine.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import type { RecordedChange } from './recorded-change.ts';

/** A recording as it outlives the window. */
export interface SavedRecording {
  readonly engine: Engine['name'];
  readonly startedAt: string;
  /** That of the first epoch. */
  readonly plan: Plan;
  readonly changes: readonly RecordedChange[];
  readonly events: readonly LabEvent[];
}
