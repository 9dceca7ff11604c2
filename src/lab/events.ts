import type { Decision } from '../forwarder/verdict.ts';
import type { Plan, PlanChange } from './topology/plan.ts';

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
  /** How long applying took. */
  readonly durationNs: number;
}

/** Frames a capture point could not record since the last such event, or decisions that a forwarder could not tell. */
export interface LossEvent {
  readonly kind: 'loss';
  readonly timeNs: number;
  readonly node: string;
  /** Empty for decisions. */
  readonly segment: string;
  readonly frames: number;
  /** Decisions of the node's forwarder that were not told. */
  readonly decisions?: number;
}

export type LabEvent = FrameEvent | DecisionEvent | NodeEvent | PlanEvent | LossEvent;
