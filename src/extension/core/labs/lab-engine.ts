import type { Engine, EventSink } from '../../../lab/engine.ts';
import type { Plan } from '../../../lab/topology/plan.ts';

/** An engine that was chosen and can be made, once, when the plan is known. */
export interface EngineSource {
  readonly name: Engine['name'];
  /** Its engine does not begin a lab but goes on with one: on the same clock, in the same epoch, with its own plan. */
  readonly takesUp?: boolean;
  make(plan: Plan, emit: EventSink, options: EngineOptions): Promise<Engine>;
  /** Gives back what choosing took; after the engine has stopped, or instead of making one. */
  close?(): void;
}

export interface EngineOptions {
  /** The topology file's address, as text. */
  readonly uri: string;
  /** Of the embedded engine: another one for each start of a lab, or two runs would send the same bytes. */
  readonly seed: number;
  /** What a start is doing, ready to show; steps count from 1. */
  readonly onStep: (step: StartStep) => void;
  /** Ready to show. */
  readonly onWarning: (text: string) => void;
  /** The engine has stopped by itself: its lab went to somebody else, or away. */
  readonly onReleased: () => void;
}

export interface StartStep {
  readonly step: number;
  readonly steps: number;
  readonly text: string;
}
