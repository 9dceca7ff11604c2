import type { Translate } from '../l10n/translate.ts';
import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { totalLengthOf } from '../packet/ipv4.ts';
import { FlowDeriver } from './flows.ts';
import { confidenceOf, deriveJourneys, type JourneyRecord } from './journey-record.ts';
import { Joiner } from './joiner.ts';
import { byEpoch } from './evidence.ts';
import { explain } from './explanations.ts';
import { NodeStates } from './node-states.ts';
import { judgeFlow } from './outcomes.ts';
import { judgePromises } from './promises.ts';
import type { Counters, Report } from './report.ts';
import { flowView, journeyView } from './views.ts';

/**
 * Frames and decisions in, journeys out. `add` only stores; the work is done by `report`, which joins what is new and
 * judges everything again, so that a verdict always stands on all that has been seen. Events that come out of time
 * order are sorted in, at the price of joining again from the start.
 */
export class JourneyBuilder {
  readonly #plan: Plan;
  readonly #options: {
    readonly engine: Report['engine'];
    readonly startedAt: string;
    readonly translate: Translate;
  };
  /** As they came. */
  readonly #events: LabEvent[] = [];
  /** For each its record number, if it is a frame. */
  readonly #numbers: number[] = [];
  /** How many of them have been joined. */
  #joined = 0;
  #joiner: Joiner;
  #frames = 0;

  constructor(
    plan: Plan,
    options: { readonly engine: Report['engine']; readonly startedAt: string; readonly translate: Translate },
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#joiner = new Joiner(plan, options.engine);
  }

  add(event: LabEvent): void {
    this.#events.push(event);
    this.#numbers.push(event.kind === 'frame' ? ++this.#frames : 0);
  }

  report(): Report {
    this.#join();
    const joiner = this.#joiner;
    const hops = inTimeOrder(joiner.hops);
    const journeys = deriveJourneys(hops);
    const deriver = new FlowDeriver();
    for (const journey of journeys) deriver.add(journey);
    const { flows } = deriver;
    const states = new NodeStates(joiner.nodeEvents);
    for (const flow of flows) {
      judgeFlow(flow, states, joiner.timeNs);
      flow.partial = joiner.recording.partOf(flow);
      // What is missing of it says nothing about how it went.
      if (flow.partial) flow.outcome = { kind: flow.answered ? 'answered' : 'open' };
    }
    const whole = journeys.some(({ flow }) => flow?.partial)
      ? journeys.filter(({ flow }) => !flow?.partial)
      : journeys;
    const { translate } = this.#options;
    const epochs = byEpoch(joiner.stages, whole, states);
    return {
      model: joiner.stages.at(-1)!.network.plan.model,
      engine: this.#options.engine,
      startedAt: this.#options.startedAt,
      epochs: joiner.stages.map(({ epoch, timeNs, changes }) => ({ epoch, timeNs, changes })),
      flows: flows.map(flowView),
      journeys: journeys.map(journeyView),
      promises: judgePromises(epochs, translate),
      explanations: explain(epochs, translate),
      loads: joiner.recording.loads,
      captures: joiner.recording.captures,
      counters: countersOf(joiner, journeys),
    };
  }

  #join(): void {
    if (!this.#isInOrder()) {
      this.#joinAgain();
      return;
    }
    for (; this.#joined < this.#events.length; this.#joined++) {
      this.#joiner.add(this.#events[this.#joined]!, this.#numbers[this.#joined]!);
    }
  }

  #isInOrder(): boolean {
    let last = this.#joiner.timeNs;
    for (let i = this.#joined; i < this.#events.length; i++) {
      const { timeNs } = this.#events[i]!;
      if (timeNs < last) return false;
      last = timeNs;
    }
    return true;
  }

  #joinAgain(): void {
    const order = inTimeOrder(this.#events.map(({ timeNs }, index) => ({ timeNs, index })));
    this.#joiner = new Joiner(this.#plan, this.#options.engine);
    for (const { index } of order) this.#joiner.add(this.#events[index]!, this.#numbers[index]!);
    this.#joined = this.#events.length;
  }
}

/** Stable, and free when they are in order already, as they nearly always are. */
function inTimeOrder<T extends { readonly timeNs: number }>(items: readonly T[]): readonly T[] {
  const ordered = items.every((item, index) => index === 0 || items[index - 1]!.timeNs <= item.timeNs);
  return ordered ? items : items.toSorted((a, b) => a.timeNs - b.timeNs);
}

function countersOf(joiner: Joiner, journeys: readonly JourneyRecord[]): Counters {
  let ambiguousJoins = 0;
  let directorBytes = 0;
  for (const { hops } of journeys) {
    for (const hop of hops) {
      if (confidenceOf(hop) === 'ambiguous') ambiguousJoins++;
      const { network } = hop.stage;
      if (hop.facts.kind === 'arp' || hop.facts.ipAt === 0) continue;
      // Counted on the way in, as an interface's own counter would.
      if (hop.received && network.node(hop.to)?.forwarder) {
        directorBytes += totalLengthOf(hop.facts.bytes, hop.facts.routedAt);
      }
    }
  }
  return {
    frames: joiner.frames,
    hops: joiner.hops.length,
    flooded: joiner.flooded,
    foreign: joiner.foreign,
    ...joiner.recording.counters,
    undecodable: joiner.undecodable,
    ambiguousJoins,
    directorBytes,
    decisions: joiner.decisionCounts,
  };
}
