import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import type { Report } from '../../../journey/report.ts';
import type { FrameEvent, LabEvent, PlanEvent } from '../../../lab/events.ts';
import type { Journeys } from '../../../mystery/seal-report.ts';
import type { MysteryId } from '../../../mystery/mystery.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { CapturesView, ChangeRow, LaneView } from '../../../panel-protocol/messages.ts';
import type { RecordingHead } from '../labs/lab-recording.ts';
import type { LabState } from '../../../lab/lab-state.ts';
import type { Place } from '../../../lab/place.ts';

/** Recordings that somebody made of a network of their own. */
export interface ShownCaptures {
  /** Where they were made, and how whole and how timed they are. */
  readonly head: Pick<RecordingHead, 'capturePoints' | 'wholePoints' | 'clockErrorsNs' | 'isInferred'>;
  readonly view: CapturesView;
  /** A frame as its file numbers it. */
  frameName(number: number): string;
}

/** A lab that is running or has run, as the panel sees it. */
export interface ShownLab {
  /** The file's name without its folder. */
  readonly file: string;
  readonly engine: Report['engine'];
  /** ISO time with nine decimals. */
  readonly startedAt: string;
  /** The plan in force. */
  readonly plan: Plan;
  /** Every plan so far, oldest first; epoch 0 is among them. */
  readonly plans: readonly PlanEvent[];
  /** What the plan of an epoch after the first came from, when that was told. */
  changeOf(epoch: number): Pick<ChangeRow, 'kind' | 'texts'> | undefined;
  readonly builder: Journeys;
  /** A mystery that is not solved yet: what would name it is not told. */
  readonly sealed?: MysteryId;
  /** Where its frames were captured, when not at every interface; and of what files they are. */
  readonly captures?: ShownCaptures;
  readonly state: LabState;
  nodeState(name: string): LaneView['state'];
  /** By record number, from 1; `undefined` when it was evicted. */
  frame(number: number): FrameEvent | undefined;
  /** All that is kept, for exports. */
  events(): readonly LabEvent[];
  /** Those of the frames among these, in their order. */
  frameNumbers(): readonly number[];
  /** The forwarder's table on a node as it is now; empty for nodes without one. */
  connections(node: string): Promise<readonly ConnectionView[]>;
  /** Line of the topology file, from 1, that a place is at; `undefined` when it stands nowhere. */
  lineOf(place: Place): number | undefined;
  /** Called after events were added, and when the state or the plan has changed. */
  onDidChange(listener: () => void): { dispose(): void };
}
