import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { HostClock } from './clocks/host-clock.ts';

/** A frame as its file numbers it. */
export interface FrameRef {
  /** The place of the file among the sources, from 0. */
  readonly source: number;
  /** From 1, as Wireshark shows it. */
  readonly number: number;
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
  /** Of each node that recorded something; none where no packet arrived before it was sent and nothing was set by hand. */
  readonly clocks: readonly HostClock[];
  /** By how much each node's times may be wrong then, as `JourneyBuilder` takes it. */
  readonly clockErrorsNs: ReadonlyMap<string, number>;
  /** What frames show by themselves, each with the frames that do: whether it was expected or not. */
  readonly observed: readonly CaptureNote[];
  /** What was skipped or stands nowhere, and what no capture can show. */
  readonly notes: readonly CaptureNote[];
  /** Why nothing can be told; then there are no frames. */
  readonly problem?: CaptureNote;
}
