import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { CapturePoints } from './records/capture-points.ts';
import { FlowDeriver } from './flows/flows.ts';
import type { FrameStore } from './records/frame-store.ts';
import { tupleOf } from './records/host-log.ts';
import { Joiner } from './joins/joiner.ts';
import { JourneyList } from './joins/journey-list.ts';
import { Judge, type Judged } from './judgement/judge.ts';
import type { RequestRecord } from './records/request-record.ts';
import type { Report } from './report.ts';
import type { Unsent } from './explanations/finding.ts';

/** After this, what was read of a frame is given up: most are never looked at again. */
const REST_NS = 0.2e9;

/**
 * All that is known, from events to judgements. Each stage tells the next what is new, and goes back over what turned
 * out otherwise, so that it is always as if everything had been known from the start.
 */
export class JourneyState {
  readonly joiner: Joiner;
  readonly judge: Judge;
  readonly deriver: FlowDeriver;
  readonly #list = new JourneyList();
  /** Journeys before this one have given up what can be read again. */
  #rested = -1;

  constructor(plan: Plan, engine: Report['engine'], frames: FrameStore, points: CapturePoints) {
    this.joiner = new Joiner(plan, engine, frames, points);
    this.judge = new Judge(this.joiner, () => this.#list.journeys);
    this.deriver = new FlowDeriver(this.judge);
  }

  /** Takes over what was counted and shown by what is not kept any more. */
  inherit(before: JourneyState): void {
    this.joiner.counters = before.joiner.counters.copy();
    this.joiner.recording = before.joiner.recording;
    this.joiner.ledger = before.joiner.ledger;
    this.joiner.ledger.restart();
    this.judge.inherit(before.judge);
  }

  /** In order of time. `false` for a frame that no journey will have. */
  add(event: LabEvent, number: number): boolean {
    return this.joiner.add(event, number);
  }

  /** Works out what the events added since mean. @param isSettling See `Judge.run`. */
  advance(isSettling: boolean): Judged {
    let from = Infinity;
    this.#list.take(this.joiner.news.take(), {
      hop: ({ journey }, news) => {
        this.judge.journey(journey!);
        if (news === 2 && journey!.order < from) from = journey!.order;
      },
      gone: (journey) => {
        this.judge.journey(journey);
        if (journey.order < from) from = journey.order;
      },
    });
    if (from < Infinity) this.#derive(from);
    for (const { packet } of this.joiner.hosts.take()) {
      if (packet) for (const flow of this.deriver.flowsOf(tupleOf(packet))) this.judge.flow(flow);
    }
    const judged = this.judge.run(isSettling);
    this.#rest();
    this.joiner.rest();
    return judged;
  }

  /** In their order; those that are gone may be among them. */
  get journeys() {
    return this.#list.journeys;
  }

  /** What hosts told of packets that are no frames, with the flows that these would have been of. */
  unsent(epoch: number): Unsent[] {
    return this.joiner.hosts.ofEpoch(epoch).map(({ event }) => ({
      event,
      flow: event.packet && this.deriver.flowsOf(tupleOf(event.packet)).at(-1),
    }));
  }

  /** Requests whose clients waited no longer, of the epoch in which they were sent. */
  gaveUp(epoch: number): RequestRecord[] {
    return this.joiner.ledger.gaveUp.filter(
      ({ flows }) => flows.size > 0 && Math.min(...[...flows].map(({ stage }) => stage.epoch)) === epoch,
    );
  }

  /** Forgets what is only known of what is gone; each part can be had by itself. */
  *sweep(oldestNs: number): Generator<void, void> {
    this.#list.sweep();
    yield;
    this.deriver.sweep();
    yield;
    this.joiner.ledger.sweep();
    yield;
    this.joiner.prune(oldestNs, ({ journey }) => journey?.gone ?? false);
    yield;
  }

  #derive(from: number): void {
    let first = from;
    if (this.deriver.reaches(from)) this.deriver.takeBack(from);
    else {
      this.deriver.restart();
      for (const journey of this.#list.journeys) if (!journey.gone) this.judge.journey(journey);
      first = this.#rested = -1;
    }
    const { journeys } = this.#list;
    for (let i = this.#list.indexOf(first); i < journeys.length; i++) {
      if (!journeys[i]!.gone) this.deriver.add(journeys[i]!);
    }
    this.deriver.settle(this.joiner.timeNs);
  }

  #rest(): void {
    const { journeys } = this.#list;
    for (let i = this.#list.indexOf(this.#rested + 1); i < journeys.length; i++) {
      const journey = journeys[i]!;
      if (this.joiner.timeNs - journey.first.timeNs < REST_NS) return;
      journey.rest();
      if (journey.flow?.closed && journey.flow.journeys.at(-1) === journey) journey.flow.rest();
      this.#rested = journey.order;
    }
  }
}
