import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';

/** A frame as its file numbers it. */
export interface FrameRef {
  /** The place of the file among the sources, from 0. */
  readonly source: number;
  /** From 1, as Wireshark shows it. */
  readonly number: number;
}

/** What was added to the times that a node recorded, so that all are on one clock. */
export interface HostClock {
  readonly node: string;
  readonly addedNs: bigint;
  /** The true value is at most this far from `addedNs`, in either direction; 0 where nothing was to be estimated. */
  readonly halfWidthNs: bigint;
  /** Frames were seen in one direction only: the half-width is no bound on the other side. */
  readonly oneSided: boolean;
  readonly byHand: boolean;
}

/** A text of the `captures` bundle without its prefix, and what fills it. */
export interface CaptureNote {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface ToldCaptures {
  /** The plan with the MAC addresses that were seen, where they are not the plan's. */
  readonly plan: Plan;
  /** The plan, its nodes running, then frames and losses in order of time. */
  readonly events: readonly LabEvent[];
  /** `NODE.SEGMENT` of every interface that was captured. */
  readonly points: ReadonlySet<string>;
  /** Of these, the ones of which the recorder counted what it missed, and missed nothing. */
  readonly wholePoints: ReadonlySet<string>;
  /** Since the Unix epoch: what times of events count from. */
  readonly startNs: bigint;
  /** Of the n-th frame event (from 0) where it stands. A file's one frame may stand for several. */
  readonly refs: readonly FrameRef[];
  /** By node, in the order of the plan; of nodes that recorded something. */
  readonly clocks: readonly HostClock[];
  /** What was skipped or stands nowhere, and what no capture can show. */
  readonly notes: readonly CaptureNote[];
  /** Why nothing can be told; then there are no frames. */
  readonly problem?: CaptureNote;
}
