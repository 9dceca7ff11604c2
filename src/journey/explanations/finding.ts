import type { HostEvent } from '../../lab/events.ts';
import { EpochEvidence } from '../records/evidence.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord, Stage } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { RequestRecord } from '../records/request-record.ts';
import type { PlanIndex } from '../records/plan-index.ts';
import type { NodeStates } from '../records/node-states.ts';

/** Evidence of one cause at one place. Findings of the same code, setting and place become one explanation. */
export interface Finding {
  /** What it is about, so that each server at fault is named by itself. */
  readonly place: string;
  /** The flow that suffered; absent when the finding is not about one. */
  readonly flow?: FlowRecord | undefined;
  readonly hops: readonly HopRecord[];
  readonly params: Readonly<Record<string, string>>;
  /** Where it is set, as a path in the file. */
  readonly setting?: string | undefined;
  /** Other settings that have a part in it: the mistake may as well be there. */
  readonly others?: readonly string[];
  /** The text it is told by, where that of its code does not fit. */
  readonly wording?: string;
}

/** A packet that a node had to send and did not, so that no frame shows it. */
export interface Unsent {
  readonly event: HostEvent;
  /** The flow that it would have been of, when that has frames. */
  readonly flow: FlowRecord | undefined;
}

/** What is known besides the packets. */
export interface Surroundings {
  readonly states: NodeStates;
  /** When the node was last seen sending anything; -Infinity for never. */
  readonly lastSentNs: (node: string) => number;
  /** nat: the hops by which flows of different hosts came to share a port of the router. */
  readonly sharedPorts: readonly HopRecord[];
  readonly unsent: readonly Unsent[];
  /** Requests whose clients waited no longer and did not have all of the answer. */
  readonly gaveUp: readonly RequestRecord[];
  /** The network of the next epoch: what waited when it began, waited in vain for reasons of that one. */
  readonly later: PlanIndex | undefined;
}

/** What explanations are made from: every packet that is not just as it should be, and what is known of the rest. */
export class Failures extends EpochEvidence implements Surroundings {
  readonly states: NodeStates;
  readonly lastSentNs: (node: string) => number;
  readonly sharedPorts: readonly HopRecord[];
  readonly unsent: readonly Unsent[];
  readonly gaveUp: readonly RequestRecord[];
  readonly later: PlanIndex | undefined;

  constructor(
    stage: Stage,
    journeys: readonly JourneyRecord[],
    { states, lastSentNs, sharedPorts, unsent, gaveUp, later }: Surroundings,
  ) {
    super(stage, journeys);
    this.states = states;
    this.lastSentNs = lastSentNs;
    this.sharedPorts = sharedPorts;
    this.unsent = unsent;
    this.gaveUp = gaveUp;
    this.later = later;
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
