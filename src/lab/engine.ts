import type { LabEvent } from './events.ts';
import type { NodeState } from './node-state.ts';
import type { Plan } from './topology/plan.ts';

/** What every engine can do: embedded here, Docker beside it. */
export interface Engine {
  readonly name: 'embedded' | 'docker';
  /** ISO time with nine decimals; event times are ns since then. */
  readonly startedAt: string;
  /** The lab's time: nanoseconds since `startedAt`, as events have it. */
  readonly nowNs: number;
  /**
   * Resolves when the lab is over although nobody stopped it: with the reason when that is a failure, which is told nowhere
   * else. Left out by an engine that cannot lose its lab.
   */
  readonly over?: Promise<Error | undefined>;
  /** Starts the lab and its traffic. Events go to the sink given at construction. */
  start(): Promise<void>;
  /**
   * Applies a changed plan in place. The `plan` event carries `cause` back, which means what it means to the caller. There is no
   * event, and the answer is false, when nothing changes: the lab does not run, is as the plan has it, or an event of the file
   * keeps it otherwise.
   */
  apply(plan: Plan, cause?: number): Promise<boolean>;
  /** Sends one request of the given traffic entry now (the first by default). */
  request(trafficIndex?: number): Promise<void>;
  /**
   * Resolves when all planned traffic is done and nothing is in flight, true; false when `limitNs` have passed first, the lab
   * has ended, or the engine does no more work. What is left is told when the lab is stopped.
   */
  settled(limitNs: number): Promise<boolean>;
  stop(): Promise<void>;
  /**
   * Stops, pauses or starts one node by hand, and tells a `node` event. It stays so over changes of the plan. Paused, its
   * processes stand still and its kernel goes on; stopped, it is silent as a host without power; started again it is new,
   * and as the plan has it by then. A node that failed can be started too. False when there is no such node, the lab does
   * not run, or a stopped node is to be paused.
   */
  setNode(name: string, state: NodeSetting): Promise<boolean>;
  /** What a person would look up on a node; `undefined` when none of that name runs. */
  nodeState(name: string): Promise<NodeState | undefined>;
}

export type NodeSetting = 'running' | 'paused' | 'stopped';

/**
 * Hears an engine's events, in their order: what happened in one go at once, never nothing. They are the hearer's own. An engine
 * in memory tells them before anybody else gets their turn, so that what is asked of it is told when the answer comes.
 */
export type EventSink = (events: readonly LabEvent[]) => void;
