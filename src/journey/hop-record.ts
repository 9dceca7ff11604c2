import type { DecisionEvent, FrameEvent } from '../lab/events.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { Network } from './network.ts';
import type { Arrival, Confidence, Epoch } from './report.ts';

/** An epoch with the network that was in force. */
export interface Stage extends Epoch {
  readonly network: Network;
}

/** A hop while it is being joined: one frame on one segment, from one node to another. */
export class HopRecord {
  readonly stage: Stage;
  /** The first capture of it: the sender's, unless that one is missing. */
  readonly event: FrameEvent;
  readonly facts: FrameFacts;
  readonly from: string;
  /** The node that received it; for a lost one, the node it was meant for. */
  to: string;
  /** Record numbers of the first capture and of the receiver's, if that is another; else 0. */
  frame: number;
  secondFrame = 0;
  received = false;
  arrivalNs = 0;

  /** The hop that the same packet came to `from` by. */
  previous: HopRecord | undefined = undefined;
  /** How sure that is. */
  join: Confidence = 'certain';
  /** Hops that continue this one: several after a fragmentation. */
  followers = 0;
  /** Hops with the same bytes that it could have come by as well. If one of them leads nowhere, the choice was a guess. */
  rivals: HopRecord[] | undefined = undefined;
  /** The same for the link: sendings of the same bytes that this arrival could have been of. */
  linkRivals: HopRecord[] | undefined = undefined;
  /** A broadcast's hops to its second and further receivers, and back to the first. */
  copies: HopRecord[] | undefined = undefined;
  copyOf: HopRecord | undefined = undefined;
  /** It was a candidate in a join that could not be decided. */
  contested = false;

  /** The forwarder's decision that sent this frame, and the last one that took it in. */
  sentBy: DecisionEvent | undefined = undefined;
  takenBy: DecisionEvent | undefined = undefined;
  /** What `takenBy` means for the frame: kept, because it stays the same from report to report. */
  decided: Arrival | undefined = undefined;

  // Filled in when a report is made.
  journey: JourneyRecord | undefined = undefined;
  /** What it provoked at `to`: a reset, an ICMP error, an ARP reply. */
  provoked: HopRecord | undefined = undefined;
  arrival: Arrival | undefined = undefined;

  constructor(stage: Stage, event: FrameEvent, number: number, facts: FrameFacts, from: string, to: string) {
    this.stage = stage;
    this.event = event;
    this.facts = facts;
    this.from = from;
    this.to = to;
    this.frame = number;
  }

  /** Record numbers of all captures, the sender's first. */
  get frames(): number[] {
    return this.secondFrame === 0 ? [this.frame] : [this.frame, this.secondFrame];
  }

  get timeNs(): number {
    return this.event.timeNs;
  }

  get segment(): string {
    return this.event.segment;
  }

  /** The capture kept only the frame's beginning. */
  get cut(): boolean {
    return this.event.originalLength > this.event.bytes.length;
  }
}
