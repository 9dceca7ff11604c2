import type { JourneyBuilder } from '../../journey/journey-builder.ts';
import type { Engine } from '../../lab/engine.ts';
import type { LabEvent } from '../../lab/events.ts';
import type { NodeState } from '../../lab/node-state.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import type { Path } from '../../lab/topology/places.ts';
import type { ChangeRow, LabState } from '../../webview/protocol.ts';

/** What a lab has recorded so far, and what can be asked of it: all that the panel needs. A running lab is one. */
export interface Recording {
  /** The topology file's name without folders. */
  readonly file: string;
  readonly engine: Engine['name'];
  /** ISO time with nine decimals: time 0 of all events. Final once the first event has come. */
  readonly startedAt: string;
  /** As applied last. */
  readonly plan: Plan;
  readonly builder: JourneyBuilder;
  /** Everything in `builder`, for exports. The n-th frame event is frame n. */
  readonly events: readonly LabEvent[];
  readonly state: LabState;
  /** Oldest first; flows before and after are left to whoever shows them. */
  readonly changes: readonly Omit<ChangeRow, 'before' | 'after'>[];
  /** What a person would look up on a node now; `undefined` when there is none of that name or it is not running. */
  nodeState(name: string): Promise<NodeState | undefined>;
  /** The line (from 1) of a setting in the file that was applied last; of what is not there, the nearest thing around it. */
  lineOf(path: Path): number;
  /** Tells of new events, another state and applied changes; returns what ends it. Called often: gather before working. */
  onDidChange(listener: (what: RecordingChange) => void): () => void;
}

/** `events`: something was recorded. `plan`: a change was applied, or the lab begins. */
export type RecordingChange = 'events' | 'state' | 'plan';
