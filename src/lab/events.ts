import type { Decision } from '../forwarder/verdict.ts';
import type { Plan, PlanChange, PlannedTraffic } from './topology/plan.ts';
import type { StaleNeighbour } from './topology/stale-neighbours.ts';
import type { LoadResult } from './traffic/load-result.ts';

/**
 * What an engine emits, and all it emits: whoever watches (panel, command line, tests, recorder) sees this one stream.
 * Times are nanoseconds since the engine's `startedAt`, on one clock for all nodes. Events come in time order.
 */

/** One node's interface: `NODE.SEGMENT`, also the interface name in an exported pcapng. */
export type CapturePoint = `${string}.${string}`;

/** A frame seen at a capture point. The n-th frame event of a run (from 1) is record n of its pcapng. */
export interface FrameEvent {
  readonly kind: 'frame';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  /** `out` when the node sent it. */
  readonly direction: 'in' | 'out';
  /** At most the snap length; owned by the receiver of the event, never reused. */
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

/** What the forwarder did, with the node it runs on. */
export interface DecisionEvent extends Decision {
  readonly kind: 'decision';
  readonly timeNs: number;
  readonly node: string;
}

export interface NodeEvent {
  readonly kind: 'node';
  readonly timeNs: number;
  readonly node: string;
  readonly state: 'starting' | 'running' | 'paused' | 'stopped' | 'failed';
  /** A reason code, when the state needs one. */
  readonly reason?: string;
}

/** A changed plan was applied: a new epoch begins. Epoch 0 begins with the first plan, which is an event too. */
export interface PlanEvent {
  readonly kind: 'plan';
  readonly timeNs: number;
  readonly epoch: number;
  readonly plan: Plan;
  /** What changed, from `diff`; empty for epoch 0. */
  readonly changes: readonly PlanChange[];
  /** What neighbours knew and the change made untrue: nobody knows it any more. */
  readonly forgotten?: readonly StaleNeighbour[];
  /** How long applying took. */
  readonly durationNs: number;
}

/** Frames a capture point did not record since the last such event. */
export interface LossEvent {
  readonly kind: 'loss';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  readonly frames: number;
  /**
   * `budget`: on purpose, in a flood (see `CaptureEvent`). Otherwise by accident: the kernel's buffer was full, or the
   * reader was too slow.
   */
  readonly reason?: 'kernel' | 'reader' | 'budget';
}

/**
 * How much a capture point records from now on. Past its packet budget it falls back to `headers` (long frames are cut)
 * and then to `counters` (frames are counted, as losses by `budget`), and returns to whole `frames` when the flood is
 * over. It begins with `frames`, which is not told.
 */
export interface CaptureEvent {
  readonly kind: 'capture';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  readonly detail: CaptureDetail;
}

export type CaptureDetail = 'frames' | 'headers' | 'counters';

/** Decisions that were not told since the last such event: of frames that no capture holds whole, or to a slow reader. */
export interface DecisionLossEvent {
  readonly kind: 'decision-loss';
  readonly timeNs: number;
  readonly node: string;
  readonly decisions: number;
}

/** A load run has ended: its result, as the client that made it counted. */
export interface LoadEvent {
  readonly kind: 'load';
  /** Its end. */
  readonly timeNs: number;
  readonly startNs: number;
  readonly node: string;
  readonly entry: PlannedTraffic;
  readonly result: LoadResult;
}

/**
 * A request that somebody asked for, at its beginning and at its end, as the client that made it tells. It is the unit of
 * truth about what was asked: frames show how it went, the client knows whether it got its answer.
 */
export interface RequestEvent {
  readonly kind: 'request';
  readonly timeNs: number;
  /** Counts from 1 in each run, in the order of asking; the two events of one request share it. */
  readonly id: number;
  /** Who asks. */
  readonly node: string;
  readonly entry: PlannedTraffic;
  /** `file`: planned traffic; `hand`: *Send request*. */
  readonly by: 'file' | 'hand';
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** The port it is sent from, or the echo identifier; absent where the client cannot tell. */
  readonly sourcePort?: number;
  /** Absent at the beginning. */
  readonly end?: RequestEnd;
}

export interface RequestEnd {
  /**
   * `answered`: every byte of the answer. `partial`: some of it. `refused`: a reset or an ICMP error. `timed-out`: nothing
   * within the client's time. `unreachable`: the client's own kernel found no way (no route, no neighbour). `unsent`: it
   * was never sent, for `reason`.
   */
  readonly outcome: 'answered' | 'partial' | 'refused' | 'timed-out' | 'unreachable' | 'unsent';
  /** Why it was not sent: `port-in-use`, `node-stopped`, `node-paused`, `cut` (the run ended first), … */
  readonly reason?: string;
  /** Bytes of the answer's body that the client got; and how many the answer said it has, where it said so. */
  readonly bytes?: number;
  readonly ofBytes?: number;
}

/**
 * What a node's own kernel did with a packet that became no frame, or whose frame tells nobody why it went no further: no
 * route, nobody answered ARP for the next hop, a filter, a full queue, no listener, the reverse-path filter. Engines tell
 * what they know; where an engine cannot know, there is no event, and then the cause is not known.
 */
export interface HostEvent {
  readonly kind: 'host';
  readonly timeNs: number;
  readonly node: string;
  /** The interface, by its segment, where there is one. */
  readonly segment?: string;
  readonly reason: string;
  /** The packet, where there was one. Addresses as 32-bit numbers; ports absent where it has none. */
  readonly packet?: {
    readonly source: number;
    readonly destination: number;
    readonly protocol: number;
    readonly sourcePort?: number;
    readonly destinationPort?: number;
  };
  /** The next hop that was looked for, or the address that was asked for. */
  readonly nextHop?: number;
  /** A fingerprint of the frame that came in, as decisions have it, when there was one. */
  readonly frameHash?: string;
}

export type LabEvent =
  | FrameEvent
  | DecisionEvent
  | NodeEvent
  | PlanEvent
  | LossEvent
  | CaptureEvent
  | DecisionLossEvent
  | LoadEvent
  | RequestEvent
  | HostEvent;
