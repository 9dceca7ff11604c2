import type { Translate } from '../l10n/translate.ts';
import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CapturePoints } from './records/capture-points.ts';
import { EventLog } from './records/event-log.ts';
import type { FlowRecord } from './records/flow-record.ts';
import { FrameStore } from './records/frame-store.ts';
import { requestView } from './ledger/request-view.ts';
import { JoinCounters } from './records/join-counters.ts';
import type { JourneyRecord } from './records/journey-record.ts';
import { JourneyState } from './journey-state.ts';
import { Numbering } from './numbering.ts';
import type { RequestRecord } from './records/request-record.ts';
import type { Flow, Journey, Report, Request } from './report.ts';
import { Ring } from './ring.ts';
import { Summarizer } from './summarizer.ts';
import type { Update } from './update.ts';
import { flowView, journeyView } from './views.ts';

export interface JourneyBuilderOptions {
  readonly engine: Report['engine'];
  readonly startedAt: string;
  readonly translate: Translate;
  /** Where frames were captured, `NODE.SEGMENT` each; at every interface when left out. */
  readonly capturePoints?: ReadonlySet<string>;
  /** Of a capture, the points whose recorder counted what it missed, and missed nothing. */
  readonly wholePoints?: ReadonlySet<string>;
  /** Of a capture, how wrong a node's clock may be, in nanoseconds either way; 0 when left out. */
  readonly clockErrorsNs?: ReadonlyMap<string, number>;
  /** Beyond these the oldest flows are taken out, with their frames. */
  readonly maxFrames?: number;
  readonly maxBytes?: number;
}

const MAX_FRAMES = 200_000;
const MAX_BYTES = 256 * 1024 * 1024;
/** A request and its answer, each seen at both ends of one wire: what asks more often than that has no frames. */
export const FRAMES_PER_REQUEST = 4;
/** Events joined before it is worked out what they mean: what was read of them is still at hand then. */
const AT_ONCE = 2000;
/** Events that may wait, for each frame that may be kept: nobody may be looking, and not all events are frames. */
const FAR = 2;

/**
 * Frames and decisions in, journeys out. `add` only stores; `update` tells what is new, at a cost that goes with what
 * is new, and `report` tells all. Verdicts always stand on all that has been seen, whenever it was asked for.
 */
export class JourneyBuilder {
  readonly #plan: Plan;
  readonly #options: JourneyBuilderOptions;
  readonly #frames = new FrameStore();
  readonly #log = new EventLog(this.#frames);
  readonly #ring: Ring;
  readonly #maxFrames: number;
  #state: JourneyState;
  readonly #numbering = new Numbering();
  readonly #summarizer: Summarizer;
  /** Since the last update. */
  #reset = true;
  readonly #changedFlows = new Set<FlowRecord>();
  readonly #changedJourneys = new Set<JourneyRecord>();
  #removedFlows: number[] = [];
  #removedJourneys: number[] = [];
  /** Under way. */
  #sweeping: Generator<void, void> | undefined;

  constructor(plan: Plan, options: JourneyBuilderOptions) {
    this.#plan = plan;
    this.#options = options;
    const { maxFrames = MAX_FRAMES, maxBytes = MAX_BYTES } = options;
    this.#maxFrames = maxFrames;
    this.#ring = new Ring(this.#frames, maxFrames, maxBytes);
    this.#summarizer = new Summarizer(options.translate);
    this.#state = this.#begin();
  }

  add(events: readonly LabEvent[]): void {
    for (const event of events) {
      this.#log.add(event);
      // Nobody may be looking, for hours.
      if (this.#ring.isFarOver || this.#log.waiting > this.#maxFrames * FAR) this.#advance(false, false);
    }
  }

  /** Works out what the events added so far mean, so that there is less to do later. */
  keepUp(): void {
    this.#advance(false, false);
  }

  /** What is new or changed since the update before; the first one tells everything. */
  update(): Update {
    const idle = !this.#log.hasNews;
    this.#advance(idle, true);
    const reset = this.#reset;
    const flows = [...(reset ? this.#state.deriver.flows : this.#changedFlows)];
    const journeys = reset ? this.#kept() : [...this.#changedJourneys].filter(({ gone }) => !gone);
    this.#numbering.give(flows, journeys);
    const [removedFlows, removedJourneys] = reset ? [[], []] : [this.#removedFlows, this.#removedJourneys];
    this.#reset = false;
    this.#changedFlows.clear();
    this.#changedJourneys.clear();
    this.#removedFlows = [];
    this.#removedJourneys = [];
    const { ledger } = this.#state.joiner;
    const changed = ledger.takeChanged();
    const removed = ledger.takeRemoved();
    return {
      reset,
      removedRequests: reset ? [] : removed,
      requests: this.#requestViews(reset ? ledger.records : changed),
      flows: flows.map(flowView),
      journeys: journeys.map(journeyView),
      removedFlows,
      removedJourneys,
      ...this.#summarizer.summary(this.#state, this.#ring, idle),
    };
  }

  /** Its packets are made when somebody reads them, which is before more events are added: there may be a great many. */
  report(): Report {
    this.#advance(true, true);
    const flows = [...this.#state.deriver.flows];
    const journeys = this.#kept();
    this.#numbering.give(flows, journeys);
    const summary = this.#summarizer.summary(this.#state, this.#ring, true);
    let views: readonly Journey[] | undefined;
    return {
      model: this.#state.joiner.stages.at(-1)!.network.plan.model,
      engine: this.#options.engine,
      startedAt: this.#options.startedAt,
      requests: this.#requestViews(this.#state.joiner.ledger.records),
      flows: flows.map(flowView),
      get journeys() {
        return (views ??= journeys.map(journeyView));
      },
      ...summary,
    };
  }

  /** How many flows are known so far: cheap to ask again and again. */
  get flowCount(): number {
    this.keepUp();
    return this.#state.deriver.flows.size;
  }

  /** By its record number; `undefined` when it is not kept any more. The bytes are shared: only read them. */
  frame(number: number): FrameEvent | undefined {
    return this.#frames.get(number);
  }

  flow(id: number): Flow | undefined {
    const flow = this.#numbering.flows.get(id);
    return flow && flowView(flow);
  }

  journey(id: number): Journey | undefined {
    const journey = this.#numbering.journeys.get(id);
    return journey && journeyView(journey);
  }

  #begin(): JourneyState {
    const { capturePoints, wholePoints, clockErrorsNs } = this.#options;
    const points = new CapturePoints({
      ...(capturePoints && { points: capturePoints }),
      ...(wholePoints && { whole: wholePoints }),
      ...(clockErrorsNs && { clockErrorsNs }),
    });
    return new JourneyState(this.#plan, this.#options.engine, this.#frames, points);
  }

  /** @param all Also events that others might yet come before. @param isLookedAt Somebody asks what they mean. */
  #advance(all: boolean, isLookedAt: boolean): void {
    const batch = this.#log.take(all, this.#state.joiner.timeNs);
    if (batch.again) this.#restart();
    const { joiner } = this.#state;
    const { counters } = joiner;
    // What was taken over from before counts what is joined again too.
    const uncounted = this.#isIncomplete ? new JoinCounters() : counters;
    const { events, numbers, known } = batch;
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      joiner.counters = batch.again && known.has(event) ? uncounted : counters;
      if (!this.#state.add(event, numbers[i]!) && event.kind === 'frame') {
        this.#ring.loose(numbers[i]!, event.timeNs);
      }
      if (i % AT_ONCE === AT_ONCE - 1) this.#work(false);
    }
    joiner.counters = counters;
    // What is taken out is not judged any more.
    this.#work(isLookedAt || this.#ring.isOver);
    this.#evict();
  }

  /** Works out what was joined. */
  #work(isSettling: boolean): void {
    const { flows, journeys } = this.#state.advance(isSettling);
    // Of what never became a frame there may be news without any flow.
    this.#summarizer.changed(journeys.length + flows.length + this.#state.joiner.hosts.told());
    for (const flow of flows) {
      if (flow.gone) this.#dropFlow(flow);
      else this.#changedFlows.add(flow);
    }
    for (const journey of journeys) {
      if (journey.gone) this.#dropJourney(journey);
      else this.#changedJourneys.add(journey);
    }
  }

  #evict(): void {
    for (const flow of this.#ring.evict(this.#state)) {
      for (const journey of flow.journeys) {
        this.#changedJourneys.delete(journey);
        this.#numbering.journeys.take(journey);
      }
      this.#dropFlow(flow);
    }
    const { ledger, counters } = this.#state.joiner;
    ledger.limit(this.#maxFrames / FRAMES_PER_REQUEST, counters.captureLoss === 0);
    if (this.#sweeping === undefined && (this.#ring.needsSweep || ledger.needsSweep)) {
      this.#sweeping = this.#sweep();
      this.#ring.swept();
    }
    if (this.#sweeping?.next().done) this.#sweeping = undefined;
  }

  /** Forgets what is only known of what is gone, one part after another: all at once would be felt. */
  *#sweep(): Generator<void, void> {
    const oldestNs = this.#ring.evictedFrames > 0 ? this.#ring.oldestNs(this.#state) : -Infinity;
    yield* this.#state.sweep(oldestNs);
    this.#log.sweep(oldestNs, this.#state.joiner.ledger.takeGone(), this.#maxFrames);
  }

  /** Something was taken out, that would not be joined again. */
  get #isIncomplete(): boolean {
    return this.#ring.evictedFrames > 0 || this.#state.joiner.ledger.evicted.count > 0;
  }

  #dropFlow(flow: FlowRecord): void {
    this.#changedFlows.delete(flow);
    const id = this.#numbering.flows.take(flow);
    if (id !== 0) this.#removedFlows.push(id);
  }

  #dropJourney(journey: JourneyRecord): void {
    this.#changedJourneys.delete(journey);
    const id = this.#numbering.journeys.take(journey);
    if (id !== 0) this.#removedJourneys.push(id);
  }

  /** Joins all that is kept again: an event came so late that what was joined since would have been joined otherwise. */
  #restart(): void {
    const before = this.#state;
    const isIncomplete = this.#isIncomplete;
    this.#numbering.restart(before.deriver.flows, before.journeys);
    this.#state = this.#begin();
    this.#sweeping = undefined;
    this.#ring.restart();
    // What is not kept cannot be joined again, and counts all the same.
    if (isIncomplete) this.#state.inherit(before);
    this.#reset = true;
    this.#changedFlows.clear();
    this.#changedJourneys.clear();
  }

  #requestViews(records: Iterable<RequestRecord>): Request[] {
    const isWhole = this.#state.joiner.counters.captureLoss === 0;
    return [...records].map((record) => requestView(record, isWhole));
  }

  #kept(): JourneyRecord[] {
    return this.#state.journeys.filter(({ gone }) => !gone);
  }
}
