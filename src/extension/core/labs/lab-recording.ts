import type { Translate } from '../../../l10n/translate.ts';
import { FRAMES_PER_REQUEST, JourneyBuilder } from '../../../journey/journey-builder.ts';
import type { Report } from '../../../journey/report.ts';
import type { FrameEvent, LabEvent, NodeEvent, PlanEvent } from '../../../lab/events.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { sealedJourneys, type Journeys } from '../../../mystery/seal-report.ts';
import { unjudgedJourneys } from '../captures/unjudged.ts';
import { OpenedConnections } from './opened-connections.ts';
import { recentEvents, type Most } from './recent-events.ts';
import type { RecordedChange } from './recorded-change.ts';

export interface RecordingLimits {
  readonly maxFrames: number;
  readonly maxBytes: number;
}

export interface RecordingHead {
  readonly engine: Report['engine'];
  /** ISO time with nine decimals: time 0 of the events. */
  readonly startedAt: string;
  /** That of the first epoch. */
  readonly plan: Plan;
  /** Where frames were captured, `NODE.SEGMENT` each; at every interface when left out. */
  readonly capturePoints?: readonly string[];
  /** The same of those whose recorder missed nothing, and by node how wrong its clock may be: see `JourneyBuilderOptions`. */
  readonly wholePoints?: readonly string[];
  readonly clockErrorsNs?: Readonly<Record<string, number>>;
  /** The plan was drawn from the frames themselves: nobody vouches for it, and nothing is judged by it. */
  readonly isInferred?: boolean;
}

/** Everything one lab has told, from its first start on. Frames are kept once, by the builder's ring. */
export class LabRecording {
  readonly head: RecordingHead;
  /** Of a sealed recording, or one of an inferred plan, without any judgement. */
  readonly builder: Journeys;
  /** A mystery's, of which nothing may be told but what frames show: see `src/mystery`. */
  readonly isSealed: boolean;
  /** Oldest first. */
  readonly plans: PlanEvent[] = [];
  readonly changes: RecordedChange[] = [];
  readonly opened = new OpenedConnections();
  /** What was told last about each node. */
  readonly nodes = new Map<string, NodeEvent>();
  readonly #builder: JourneyBuilder;
  readonly #limits: RecordingLimits;
  #others: Exclude<LabEvent, FrameEvent>[] = [];
  #frames = 0;
  #oldest = 1;
  #mostOthers: number;
  #lastNs = 0;
  #lastRequest = 0;
  #added = 0;
  #report: { readonly of: number; readonly report: Report } | undefined;

  constructor(head: RecordingHead, limits: RecordingLimits, translate: Translate, isSealed = false) {
    const { engine, startedAt, plan, capturePoints, wholePoints, clockErrorsNs } = head;
    this.head = head;
    this.#limits = limits;
    this.#mostOthers = limits.maxFrames * 2;
    this.#builder = new JourneyBuilder(plan, {
      ...{ engine, startedAt, translate, ...limits },
      ...(capturePoints && { capturePoints: new Set(capturePoints) }),
      ...(wholePoints && { wholePoints: new Set(wholePoints) }),
      ...(clockErrorsNs && { clockErrorsNs: new Map(Object.entries(clockErrorsNs)) }),
    });
    if (isSealed) this.builder = sealedJourneys(this.#builder);
    else this.builder = head.isInferred ? unjudgedJourneys(this.#builder) : this.#builder;
    this.isSealed = isSealed;
  }

  get isEmpty(): boolean {
    return this.#added === 0;
  }

  /** Of the latest event. */
  get lastNs(): number {
    return this.#lastNs;
  }

  /** The greatest number of a request; 0 when there was none. */
  get lastRequest(): number {
    return this.#lastRequest;
  }

  get epoch(): number {
    return this.plans.at(-1)?.epoch ?? 0;
  }

  add(events: readonly LabEvent[]): void {
    this.#added += events.length;
    this.#builder.add(events);
    for (const event of events) this.#note(event);
  }

  #note(event: LabEvent): void {
    this.#lastNs = Math.max(this.#lastNs, event.timeNs);
    if (event.kind === 'frame') {
      this.#frames += 1;
      return;
    }
    this.#others.push(event);
    if (event.kind === 'node') this.nodes.set(event.node, event);
    if (event.kind === 'request') this.#lastRequest = Math.max(this.#lastRequest, event.id);
    if (event.kind === 'plan') this.plans.push(event);
    if (event.kind === 'decision') this.opened.add(event);
    // About as many decisions as frames come: with the frames they speak of, they go, and so do requests.
    if (this.#others.length > this.#mostOthers) this.#forgetOthers();
  }

  frame(number: number): FrameEvent | undefined {
    return this.builder.frame(number);
  }

  /** How many events were added so far. */
  get added(): number {
    return this.#added;
  }

  /** All that is kept, in order of time, frames by number. */
  events(): LabEvent[] {
    return [...this.recent({ events: Infinity, bytes: Infinity })].filter((event) => event !== undefined);
  }

  /** Those of the frames among these, in their order. */
  frameNumbers(): number[] {
    const numbers = [];
    for (let number = this.#oldestFrame(); number <= this.#frames; number++)
      if (this.frame(number)) numbers.push(number);
    return numbers;
  }

  /** The newest of them: see `recentEvents`. */
  recent(most: Most): Generator<LabEvent | undefined, void> {
    return recentEvents(
      {
        others: this.#others,
        first: this.#oldestFrame(),
        last: this.#frames,
        frame: (number) => this.frame(number),
      },
      most,
    );
  }

  /** As of now; made again only when there is something new. */
  report(): Report {
    if (this.#report?.of !== this.#added) this.#report = { of: this.#added, report: this.builder.report() };
    return this.#report.report;
  }

  /** What is older than every frame. Of what needs no frames no more is kept than there may be frames, or these be of. */
  #forgetOthers(): void {
    const sinceNs = this.frame(this.#oldestFrame())?.timeNs ?? this.#lastNs;
    const ended = this.#others.filter((event) => event.kind === 'request' && event.end !== undefined);
    const over = ended.length - this.#limits.maxFrames / FRAMES_PER_REQUEST;
    const hosts = this.#others.filter(({ kind }) => kind === 'host');
    const hostsNs = Math.max(sinceNs, hosts.at(-this.#limits.maxFrames)?.timeNs ?? sinceNs);
    const gone = new Set<number>();
    for (const [index, event] of ended.entries())
      if (event.kind === 'request' && (index < over || event.timeNs < sinceNs)) gone.add(event.id);
    this.#others = this.#others.filter((event) => {
      if (event.kind === 'request') return !gone.has(event.id);
      if (event.kind === 'host') return event.timeNs >= hostsNs;
      return event.kind !== 'decision' || event.timeNs >= sinceNs;
    });
    // What cannot be forgotten yet is not looked at again for each event.
    this.#mostOthers = Math.max(this.#limits.maxFrames * 2, Math.ceil(this.#others.length * 1.25));
  }

  /** Its number; one past the last when none is kept. Frames that are gone do not come back. */
  #oldestFrame(): number {
    while (this.#oldest <= this.#frames && !this.frame(this.#oldest)) this.#oldest += 1;
    return this.#oldest;
  }
}
