import type { LabEvent } from './events.ts';
import type { Plan } from './topology/plan.ts';

/** What every engine can do: embedded here, Docker beside it. */
export interface Engine {
  readonly name: 'embedded' | 'docker';
  /** ISO time with nine decimals; event times are ns since then. */
  readonly startedAt: string;
  /** Starts the lab and its traffic. Events go to the sink given at construction. */
  start(): Promise<void>;
  /** Applies a changed plan in place. */
  apply(plan: Plan): Promise<void>;
  /** Sends one request of the given traffic entry now (the first by default). */
  request(trafficIndex?: number): Promise<void>;
  /** Resolves when all planned traffic is done and nothing is in flight, or `limitNs` have passed. */
  settled(limitNs: number): Promise<void>;
  stop(): Promise<void>;
}

export type EventSink = (event: LabEvent) => void;
