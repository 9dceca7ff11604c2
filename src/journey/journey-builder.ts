import type { Translate } from '../l10n/translate.ts';
import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CapturePoints } from './records/capture-points.ts';
import { EventLog } from './records/event-log.ts';
import { explain } from './explanations/explanations.ts';
import type { FlowRecord } from './records/flow-record.ts';
import { FrameStore } from './records/frame-store.ts';
import { loadView, requestView } from './ledger/request-view.ts';
import { JoinCounters } from './records/join-counters.ts';
import type { JourneyRecord } from './records/journey-record.ts';
import { JourneyState } from './journey-state.ts';
import type { RequestRecord } from './records/request-record.ts';
import type { Counters, Explanation, Flow, Journey, PromiseVerdict, Report, Request } from './report.ts';
import { Ring } from './ring.ts';
import type { Summary, Update } from './update.ts';
import { flowView, journeyView } from './views.ts';

export interface JourneyBuilderOptions {
  readonly engine: Report['engine'];
  readonly startedAt: string;
  readonly translate: Translate;
  /** Where frames were captured, `NODE.SEGMENT` each; at every interface when left out. */
  readonly capturePoints?: ReadonlySet<string>;
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
/** With more than this to explain, explanations wait until there is this share more. */
const EXPLAINED_AT_ONCE = 300;
const SHARE_MORE = 0.25;
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
  #lastFlow = 0;
  #lastJourney = 0;
  #flowById = new Map<number, FlowRecord>();
  #journeyById = new Map<number, JourneyRecord>();
  /** Since the last update. */
  #reset = true;
  readonly #changedFlows = new Set<FlowRecord>();
  readonly #changedJourneys = new Set<JourneyRecord>();
  #removedFlows: number[] = [];
  #removedJourneys: number[] = [];
  /** Under way. */
  #sweeping: Generator<void, void> | undefined;
  /** Explanations as of some earlier time, and how much has changed since. */
  #explanations: Explanation[] = [];
  #unexplained = 0;

  constructor(plan: Plan, options: JourneyBuilderOptions) {
    this.#plan = plan;
    this.#options = options;
    const { maxFrames = MAX_FRAMES, maxBytes = MAX_BYTES } = options;
    this.#maxFrames = maxFrames;
    this.#ring = new Ring(this.#frames, maxFrames, maxBytes);
    this.#state = this.#begin();
  }

  add(events: readonly LabEvent[]): void {
    for (const event of events) {
      this.#log.add(event);
      // Nobody may be looking, for hours.
      if (this.#ring.isFarOver || this.#log.waiting > this.#maxFrames * FAR) this.#advance(false);
    }
  }

  /** Works out what the events added so far mean, so that there is less to do later. */
  keepUp(): void {
    this.#advance(false);
  }

  /** What is new or changed since the update before; the first one tells everything. */
  update(): Update {
    const idle = !this.#log.hasNews;
    this.#advance(idle);
    const reset = this.#reset;
    const flows = [...(reset ? this.#state.deriver.flows : this.#changedFlows)];
    const journeys = reset ? this.#kept() : [...this.#changedJourneys].filter(({ gone }) => !gone);
    this.#number(flows, journeys);
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
      ...this.#summary(idle),
    };
  }

  /** Its packets are made when somebody reads them, which is before more events are added: there may be a great many. */
  report(): Report {
    this.#advance(true);
    const flows = [...this.#state.deriver.flows];
    const journeys = this.#kept();
    this.#number(flows, journeys);
    const summary = this.#summary(true);
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

  /** By its record number; `undefined` when it is not kept any more. The bytes are shared: only read them. */
  frame(number: number): FrameEvent | undefined {
    return this.#frames.get(number);
  }

  flow(id: number): Flow | undefined {
    const flow = this.#flowById.get(id);
    return flow && flowView(flow);
  }

  journey(id: number): Journey | undefined {
    const journey = this.#journeyById.get(id);
    return journey && journeyView(journey);
  }

  #begin(): JourneyState {
    const points = new CapturePoints(this.#options.capturePoints);
    return new JourneyState(this.#plan, this.#options.engine, this.#frames, points);
  }

  /** @param all Also events that others might yet come before. */
  #advance(all: boolean): void {
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
      if (i % AT_ONCE === AT_ONCE - 1) this.#work();
    }
    joiner.counters = counters;
    this.#work();
    this.#evict();
  }

  /** Works out what was joined. */
  #work(): void {
    const { flows, journeys } = this.#state.advance();
    // Of what never became a frame there may be news without any flow.
    this.#unexplained += journeys.length + flows.length + this.#state.joiner.hosts.told();
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
        this.#journeyById.delete(journey.id);
        journey.id = 0;
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
    if (flow.id === 0) return;
    this.#flowById.delete(flow.id);
    this.#removedFlows.push(flow.id);
    flow.id = 0;
  }

  #dropJourney(journey: JourneyRecord): void {
    this.#changedJourneys.delete(journey);
    if (journey.id === 0) return;
    this.#journeyById.delete(journey.id);
    this.#removedJourneys.push(journey.id);
    journey.id = 0;
  }

  /** Joins all that is kept again: an event came so late that what was joined since would have been joined otherwise. */
  #restart(): void {
    const before = this.#state;
    const isIncomplete = this.#isIncomplete;
    const flowIds = new Map<number, number>();
    const journeyIds = new Map<number, number>();
    for (const { id, journeys } of before.deriver.flows) {
      for (const frame of journeys[0]!.first.frames) flowIds.set(frame, id);
    }
    for (const { id, gone, first } of before.journeys) {
      if (!gone) for (const frame of first.frames) journeyIds.set(frame, id);
    }
    this.#state = this.#begin();
    this.#sweeping = undefined;
    this.#ring.restart();
    // What is not kept cannot be joined again, and counts all the same.
    if (isIncomplete) this.#state.inherit(before);
    this.#reset = true;
    this.#changedFlows.clear();
    this.#changedJourneys.clear();
    this.#flowById.clear();
    this.#journeyById.clear();
    this.#known = { flowIds, journeyIds };
  }

  /** What frames' flows and journeys were called before all was joined again. */
  #known: { readonly flowIds: Map<number, number>; readonly journeyIds: Map<number, number> } | undefined;

  /** Whoever has no name yet gets one, in the order of the recording. */
  #number(flows: FlowRecord[], journeys: JourneyRecord[]): void {
    flows.sort((a, b) => a.journeys[0]!.order - b.journeys[0]!.order);
    journeys.sort((a, b) => a.order - b.order);
    for (const flow of flows) {
      if (flow.id !== 0) continue;
      flow.id = this.#nameOf(flow.journeys[0]!, this.#known?.flowIds, this.#flowById) ?? ++this.#lastFlow;
      this.#flowById.set(flow.id, flow);
    }
    for (const journey of journeys) {
      if (journey.id !== 0) continue;
      journey.id = this.#nameOf(journey, this.#known?.journeyIds, this.#journeyById) ?? ++this.#lastJourney;
      this.#journeyById.set(journey.id, journey);
    }
    this.#known = undefined;
  }

  #nameOf(
    { first }: JourneyRecord,
    known: ReadonlyMap<number, number> | undefined,
    taken: ReadonlyMap<number, unknown>,
  ): number | undefined {
    if (known === undefined) return undefined;
    for (const frame of first.frames) {
      const id = known.get(frame);
      if (id !== undefined && id !== 0 && !taken.has(id)) return id;
    }
    return undefined;
  }

  #requestViews(records: Iterable<RequestRecord>): Request[] {
    const isWhole = this.#state.joiner.counters.captureLoss === 0;
    return [...records].map((record) => requestView(record, isWhole));
  }

  #kept(): JourneyRecord[] {
    return this.#state.journeys.filter(({ gone }) => !gone);
  }

  /** @param all Explanations too, whatever they cost. */
  #summary(all: boolean): Summary {
    const { joiner, judge } = this.#state;
    const { translate } = this.#options;
    const tallies = joiner.stages.map(({ epoch }) => judge.tallies.get(epoch)!);
    const notable = tallies.reduce((sum, tally) => sum + tally.notable, 0);
    const isCheap = notable <= EXPLAINED_AT_ONCE || this.#unexplained >= notable * SHARE_MORE;
    if (this.#unexplained > 0 && (all || isCheap)) {
      this.#explanations = explain(
        tallies.map((tally, index) => {
          const { epoch } = tally.stage;
          return tally.failures({
            states: joiner.states,
            unsent: this.#state.unsent(epoch),
            gaveUp: this.#state.gaveUp(epoch),
            later: tallies[index + 1]?.stage.network,
          });
        }),
        translate,
      );
      this.#unexplained = 0;
    }
    return {
      epochs: joiner.stages.map(({ epoch, timeNs, changes, by }) => ({
        epoch,
        timeNs,
        changes,
        ...(by !== undefined && { by }),
      })),
      promises: tallies.flatMap((tally): PromiseVerdict[] => tally.verdicts(translate)),
      explanations: this.#explanations,
      evictedRequests: joiner.ledger.evicted.all,
      loads: [...joiner.ledger.loads].flatMap((record) => loadView(record) ?? []),
      captures: joiner.recording.captures,
      skips: joiner.recording.skips,
      counters: this.#counters(),
    };
  }

  #counters(): Counters {
    const { joiner, judge } = this.#state;
    const { frames, hops, flooded, foreign, undecodable, decisions } = joiner.counters;
    const { captureLoss, overBudget, cut, decisionsLost } = joiner.counters;
    return {
      frames,
      hops,
      flooded,
      foreign,
      captureLoss,
      overBudget,
      cut,
      decisionsLost,
      undecodable,
      ambiguousJoins: judge.ambiguousJoins,
      directorBytes: judge.directorBytes,
      decisions: { ...decisions },
      evictedFrames: this.#ring.evictedFrames,
      evictedFlows: this.#ring.evictedFlows,
    };
  }
}
