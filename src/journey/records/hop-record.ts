import type { DecisionEvent, HostEvent } from '../../lab/events.ts';
import type { ActiveRouters } from './active-routers.ts';
import type { CapturePoints } from './capture-points.ts';
import { readFacts, type FrameFacts } from './frame-facts.ts';
import type { FrameStore } from './frame-store.ts';
import type { HealthLog } from './health-log.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { PlanIndex } from './plan-index.ts';
import type { Arrival, Confidence, Epoch } from '../report.ts';

/** An epoch with the network that was in force, and where it was captured. */
export interface Stage extends Epoch {
  /** How often the lab has been started anew: every kernel and forwarder then knows of nothing. */
  readonly run: number;
  readonly network: PlanIndex;
  readonly frames: FrameStore;
  readonly points: CapturePoints;
  /** Of the whole recording. */
  readonly routers: ActiveRouters;
  /** Somebody recorded it as hosts do: a record that is not there proves nothing by itself, and no clock is the only one. */
  readonly isCapture: boolean;
  /** Of all epochs. */
  readonly health: HealthLog;
  /** Hops whose frames were read again since the last look at what is new. */
  readonly readAgain: HopRecord[];
}

/** A frame as the joins see it: with its record number, and its bytes read. */
export interface Sighting {
  readonly number: number;
  readonly timeNs: number;
  readonly originalLength: number;
  readonly facts: FrameFacts;
}

/** Where frames begin: a node's end of a segment, in one epoch. Shared by all hops from there. */
export interface Origin {
  readonly stage: Stage;
  readonly from: string;
  readonly segment: string;
}

const NOTHING = new Uint8Array(0);
const CUT = 1;
const RECEIVED = 2;
const CONTESTED = 4;
const DECIDED = 8;
const SECOND_READ = 16;
const OVER_GAP = 32;
const JOIN_AT = 6;
const NEWS_AT = 8;
const FOLLOWERS_AT = 10;
/** Hops whose times stand in one column: a number of its own for each would take as much room again. */
const COLUMN = 512;
let times = new Float64Array(0);
let taken = COLUMN;
const confidences: readonly Confidence[] = ['certain', 'strong', 'likely', 'ambiguous'];

/** A hop while it is being joined: one frame on one segment, from one node to another. */
export class HopRecord {
  readonly origin: Origin;
  /** In the order in which hops were begun. */
  readonly index: number;
  /** The node that received it; for a lost one, the node it was meant for. */
  to: string;
  /** Record numbers of the first capture and of the receiver's, if that is another; else 0. */
  frame: number;
  secondFrame = 0;

  /** The hop that the same packet came to `from` by. */
  previous: HopRecord | undefined = undefined;
  /** What few hops have. */
  links: HopLinks | undefined = undefined;

  /** The forwarder's decision that sent this frame, and the last one that took it in. */
  sentBy: DecisionEvent | undefined = undefined;
  takenBy: DecisionEvent | undefined = undefined;

  journey: JourneyRecord | undefined = undefined;
  #fate: Arrival | undefined = undefined;
  #facts: FrameFacts | undefined;
  /** Two for each hop: when it was sent, and when it arrived. */
  readonly #times: Float64Array;
  readonly #place: number;
  /** Several small things in one number: there are many hops. */
  #state = 0;

  constructor(origin: Origin, index: number, sighting: Sighting, to: string) {
    this.origin = origin;
    this.index = index;
    this.to = to;
    this.frame = sighting.number;
    this.#read(sighting);
    if (taken === COLUMN) {
      times = new Float64Array(2 * COLUMN);
      taken = 0;
    }
    this.#times = times;
    this.#place = 2 * taken++;
    times[this.#place] = sighting.timeNs;
  }

  get stage(): Stage {
    return this.origin.stage;
  }

  get from(): string {
    return this.origin.from;
  }

  get segment(): string {
    return this.origin.segment;
  }

  get timeNs(): number {
    return this.#times[this.#place]!;
  }

  /** Of a frame that was known as received before its sender's record was. */
  set timeNs(timeNs: number) {
    this.#times[this.#place] = timeNs;
  }

  get arrivalNs(): number {
    return this.#times[this.#place + 1]!;
  }

  set arrivalNs(timeNs: number) {
    this.#times[this.#place + 1] = timeNs;
  }

  /** What it provoked at `to`: a reset, an ICMP error, an ARP reply. */
  get provoked(): HopRecord | undefined {
    return this.links?.provoked;
  }

  set provoked(hop: HopRecord | undefined) {
    if (hop || this.links) linksOf(this).provoked = hop;
  }

  /** `undefined` before it was judged. Made when asked for where a forwarder decided. */
  get arrival(): Arrival | undefined {
    const fate = this.#fate;
    if (fate === undefined || (this.#state & DECIDED) === 0 || this.takenBy === undefined) return fate;
    return { ...fate, decision: decisionOf(this.takenBy) };
  }

  /** The same without the decision. */
  get fate(): Arrival | undefined {
    return this.#fate;
  }

  /** @param fate One that many share. @param decided It is the decision by which the node took the frame in. */
  judge(fate: Arrival, decided: boolean): void {
    this.#fate = fate;
    this.#state = decided ? this.#state | DECIDED : this.#state & ~DECIDED;
  }

  /** Read again from the frame when it has been given up; of a frame that is not kept any more nothing can be told. */
  get facts(): FrameFacts {
    if (this.#facts === undefined) {
      this.#facts = readFacts(this.stage.frames.get(this.#shownBy)?.bytes ?? NOTHING);
      this.stage.readAgain.push(this);
    }
    return this.#facts;
  }

  /** Gives up what can be read again: most hops are never looked at. */
  rest(): void {
    this.#facts = undefined;
  }

  /** It is known by this one of its captures, the first or the second, from now on: the other tells less. */
  showBy(sighting: Sighting): void {
    this.#state =
      sighting.number === this.secondFrame ? this.#state | SECOND_READ : this.#state & ~SECOND_READ;
    this.#read(sighting);
  }

  #read({ originalLength, facts }: Sighting): void {
    this.#state = originalLength > facts.bytes.length ? this.#state | CUT : this.#state & ~CUT;
    this.#facts = facts;
  }

  /** What is known of it is what its sender recorded, not what was received. */
  get isSeenSent(): boolean {
    return this.secondFrame === 0 ? !this.received : (this.#state & SECOND_READ) === 0;
  }

  get #shownBy(): number {
    return (this.#state & SECOND_READ) === 0 ? this.frame : this.secondFrame;
  }

  /** The capture kept only the frame's beginning. */
  get cut(): boolean {
    return (this.#state & CUT) !== 0;
  }

  get received(): boolean {
    return (this.#state & RECEIVED) !== 0;
  }

  set received(received: boolean) {
    this.#state = received ? this.#state | RECEIVED : this.#state & ~RECEIVED;
  }

  /** It was a candidate in a join that could not be decided. */
  get contested(): boolean {
    return (this.#state & CONTESTED) !== 0;
  }

  set contested(contested: boolean) {
    this.#state = contested ? this.#state | CONTESTED : this.#state & ~CONTESTED;
  }

  /** Between `previous` and this one, nodes or links of its way were not recorded. */
  get overGap(): boolean {
    return (this.#state & OVER_GAP) !== 0;
  }

  set overGap(overGap: boolean) {
    this.#state = overGap ? this.#state | OVER_GAP : this.#state & ~OVER_GAP;
  }

  /** How sure the join with `previous` is. */
  get join(): Confidence {
    return confidences[(this.#state >>> JOIN_AT) & 3]!;
  }

  set join(join: Confidence) {
    this.#state = (this.#state & ~(3 << JOIN_AT)) | (confidences.indexOf(join) << JOIN_AT);
  }

  /** Something about it is new since the last look: 1 for how it is judged, 2 also for where it belongs. */
  get news(): 0 | 1 | 2 {
    return ((this.#state >>> NEWS_AT) & 3) as 0 | 1 | 2;
  }

  set news(news: 0 | 1 | 2) {
    this.#state = (this.#state & ~(3 << NEWS_AT)) | (news << NEWS_AT);
  }

  /** Hops that continue this one: several after a fragmentation. */
  get followers(): number {
    return this.#state >>> FOLLOWERS_AT;
  }

  set followers(followers: number) {
    this.#state = (this.#state & ((1 << FOLLOWERS_AT) - 1)) | (followers << FOLLOWERS_AT);
  }

  /** Record numbers of all captures, the sender's first. */
  get frames(): number[] {
    return this.secondFrame === 0 ? [this.frame] : [this.frame, this.secondFrame];
  }

  get originalLength(): number {
    return this.stage.frames.originalLengthOf(this.#shownBy);
  }

  /** The hop that this one continues, or whose frame it is a copy of. */
  get parent(): HopRecord | undefined {
    return this.links?.copyOf ?? this.previous;
  }
}

type Decided = NonNullable<Arrival['decision']>;

function decisionOf({ rule, service, server, connection, detail }: DecisionEvent): Decided {
  const decision: { -readonly [K in keyof Decided]: Decided[K] } = { rule };
  if (service !== undefined) decision.service = service;
  if (server !== undefined) decision.server = server;
  if (connection !== undefined) decision.connection = connection;
  if (detail !== undefined) decision.detail = detail;
  return decision;
}

export class HopLinks {
  /** Hops with the same bytes that it could have come by as well. If one of them leads nowhere, the choice was a guess. */
  rivals: readonly HopRecord[] | undefined = undefined;
  /** The same for the link: sendings of the same bytes that this arrival could have been of. */
  linkRivals: readonly HopRecord[] | undefined = undefined;
  /** Hops that have this one as a rival. */
  readonly rivalOf: HopRecord[] = [];
  /** A broadcast's hops to its second and further receivers, and back to the first. */
  copies: HopRecord[] | undefined = undefined;
  copyOf: HopRecord | undefined = undefined;
  /** What the kernel of the node at its one end or the other told of the frame. */
  host: HostEvent | undefined = undefined;
  provoked: HopRecord | undefined = undefined;
}

export function linksOf(hop: HopRecord): HopLinks {
  return (hop.links ??= new HopLinks());
}
