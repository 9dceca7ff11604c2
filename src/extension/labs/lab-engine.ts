import type { Engine, EventSink } from '../../lab/engine.ts';
import type { EmbeddedEngine } from '../../lab/embedded/embedded-engine.ts';
import type { Plan } from '../../lab/topology/plan.ts';

/** What a lab in the editor needs beyond running: looking into a node and stopping it by hand. */
export interface LabEngine extends Engine {
  /** False when there is no such node, or a stopped one is to be paused. */
  setNode?(name: string, state: NodeOverlay): boolean | Promise<boolean>;
  nodeState?(name: string): NodeState | undefined | Promise<NodeState | undefined>;
}

export type NodeOverlay = Parameters<EmbeddedEngine['setNode']>[1];

/** What a person would look up on a node. */
export type NodeState = NonNullable<Awaited<ReturnType<EmbeddedEngine['nodeState']>>>;

/** An engine that was chosen and can be made, once, when the plan is known. */
export interface EngineSource {
  readonly name: Engine['name'];
  make(plan: Plan, emit: EventSink, options: EngineOptions): Promise<LabEngine>;
  /** Gives back what choosing took; after the engine has stopped, or instead of making one. */
  close?(): void;
}

export interface EngineOptions {
  /** Of the embedded engine: another one for each start of a lab, or two runs would send the same bytes. */
  readonly seed: number;
  /** What a start is doing, ready to show; steps count from 1. */
  readonly onStep: (step: StartStep) => void;
  /** Ready to show. */
  readonly onWarning: (text: string) => void;
}

export interface StartStep {
  readonly step: number;
  readonly steps: number;
  readonly text: string;
}
