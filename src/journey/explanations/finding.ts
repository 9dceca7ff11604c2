import { EpochEvidence } from '../evidence.ts';
import type { FlowRecord } from '../flow-record.ts';
import type { HopRecord, Stage } from '../hop-record.ts';
import type { JourneyRecord } from '../journey-record.ts';
import type { NodeStates } from '../node-states.ts';

/** Evidence of one cause at one place. Findings of the same code, setting and place become one explanation. */
export interface Finding {
  /** What it is about, so that each server at fault is named by itself. */
  readonly place: string;
  /** The flow that suffered; absent when the finding is not about one. */
  readonly flow?: FlowRecord | undefined;
  readonly hops: readonly HopRecord[];
  readonly params: Readonly<Record<string, string>>;
  readonly setting?: string | undefined;
  /** The text it is told by, where that of its code does not fit. */
  readonly wording?: string;
}

/** What explanations are made from: every packet that is not just as it should be, and what is known of the rest. */
export class Failures extends EpochEvidence {
  readonly states: NodeStates;
  /** When the node was last seen sending anything; -Infinity for never. */
  readonly lastSentNs: (node: string) => number;
  /** nat: the hops by which flows of different hosts came to share a port of the router. */
  readonly sharedPorts: readonly HopRecord[];

  constructor(
    stage: Stage,
    journeys: readonly JourneyRecord[],
    states: NodeStates,
    lastSentNs: (node: string) => number,
    sharedPorts: readonly HopRecord[],
  ) {
    super(stage, journeys);
    this.states = states;
    this.lastSentNs = lastSentNs;
    this.sharedPorts = sharedPorts;
  }
}

/**
 * One rule: symptoms in the frames first; the plan's settings only to name the cause. A healthy run gives nothing.
 * Later rules are told which flows earlier ones explained.
 */
export type Rule = (evidence: Failures, explained: ReadonlySet<FlowRecord>) => Finding[];

/** Where a setting of a service stands in the file: `service` is the only one's name when it was written so. */
export function servicePath(name: string): string {
  return name === 'service' ? name : `services.${name}`;
}
