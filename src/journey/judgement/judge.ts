import { noteChoice } from '../predictions/choice.ts';
import { DirectorBytes } from './director-bytes.ts';
import { EpochTally } from './epoch-tally.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { Joiner } from '../joins/joiner.ts';
import type { Recording } from '../records/recording.ts';
import { isByAbsence } from './arrivals.ts';
import { judgeFlow, judgeJourney, mayBeUnderWay } from './outcomes.ts';

/** What was judged anew. */
export interface Judged {
  readonly flows: readonly FlowRecord[];
  readonly journeys: readonly JourneyRecord[];
}

/** Judges what is new or changed, and keeps up what follows from all judgements together. */
export class Judge {
  readonly #joiner: Joiner;
  readonly #allJourneys: () => readonly JourneyRecord[];
  /** By epoch. */
  readonly tallies = new Map<number, EpochTally>();
  ambiguousJoins = 0;
  readonly directorBytes = new DirectorBytes();
  /** Of these, by packets that are not in the recording any more. */
  #evictedJoins = 0;
  readonly #evictedBytes = new DirectorBytes();
  #inherited: ReadonlyMap<number, EpochTally> | undefined;
  #journeys: JourneyRecord[] = [];
  #flows: FlowRecord[] = [];
  /** Journeys that may still be under way. */
  readonly #pending = new Set<JourneyRecord>();
  /** Of a capture: packets of which it is inferred, or could be, from what was not seen. */
  readonly #doubtful = new Map<FlowRecord, Set<JourneyRecord>>();
  /** Flows of which something has changed since somebody looked. */
  readonly #unsettled = new Set<FlowRecord>();
  #completenessNews = 0;
  #nodeChanges = 0;
  #recordingNews = 0;

  constructor(joiner: Joiner, allJourneys: () => readonly JourneyRecord[]) {
    this.#joiner = joiner;
    this.#allJourneys = allJourneys;
  }

  /** Takes over what was shown by packets that are not in the recording any more. */
  inherit(before: Judge): void {
    this.ambiguousJoins = this.#evictedJoins = before.#evictedJoins;
    this.directorBytes.addAll(before.#evictedBytes);
    this.#evictedBytes.addAll(before.#evictedBytes);
    this.#inherited = before.tallies;
  }

  /** It is new, or something about it is. */
  journey(journey: JourneyRecord): void {
    if (journey.stale) return;
    journey.stale = true;
    this.#journeys.push(journey);
  }

  flow(flow: FlowRecord): void {
    if (flow.stale) return;
    flow.stale = true;
    this.#flows.push(flow);
  }

  /**
   * @param isSettling Somebody will look at what was judged: then flows are judged, and anew what was doubtful of them. Going
   * through a long flow whenever it has grown a little would take as long as the square of its length.
   */
  run(isSettling: boolean): Judged {
    this.#meetStages();
    this.#meetRecording();
    const { ledger } = this.#joiner;
    // What a flow carried that is gone, another may carry.
    for (const flow of this.#flows) {
      if (!flow.gone) continue;
      ledger.forget(flow);
      this.#joiner.health.forget(flow);
    }
    for (const flow of ledger.takeNews()) this.flow(flow);
    for (const flow of this.#joiner.health.takeNews()) this.flow(flow);
    this.#askPending();
    this.#look();
    if (isSettling) this.#settle();
    for (const { flow } of this.#journeys) this.flow(flow!);
    this.#widen();
    const journeys = this.#journeys.sort((a, b) => a.order - b.order);
    const flows = this.#flows;
    this.#journeys = [];
    this.#flows = [];
    for (const journey of journeys) {
      journey.stale = false;
      this.#count(journey, -1);
      if (journey.gone) this.forget(journey);
      else this.#judge(journey);
    }
    for (const journey of journeys) if (!journey.gone) this.#tell(journey);
    for (const flow of flows) {
      flow.stale = false;
      if (isSettling && !flow.gone) {
        flow.health = this.#joiner.health.look(flow);
        judgeFlow(flow, this.#joiner.hosts, this.#joiner.engine === 'capture');
      } else this.#unsettled.add(flow);
      this.#lookAt(flow);
    }
    return { flows, journeys };
  }

  /** The journey is taken out of the recording, and what it showed is remembered. */
  evict(journey: JourneyRecord): void {
    this.#evictedJoins += journey.ambiguousJoins;
    this.#evictedBytes.count(journey, 1);
    this.#tally(journey)?.evict(journey);
    this.#pending.delete(journey);
    this.#doubtful.get(journey.flow!)?.delete(journey);
  }

  evictFlow(flow: FlowRecord): void {
    const last = this.#joiner.stages.at(-1)!.epoch;
    for (let { epoch } = flow.stage; epoch <= last; epoch++) this.tallies.get(epoch)?.evictFlow(flow);
    this.#doubtful.delete(flow);
    this.#joiner.health.forget(flow);
  }

  forget(journey: JourneyRecord): void {
    this.#tally(journey)?.remove(journey);
    this.#pending.delete(journey);
    this.#doubtful.get(journey.flow!)?.delete(journey);
  }

  /** A new epoch, or another plan for one. */
  #meetStages(): void {
    for (const stage of this.#joiner.stages) {
      const known = this.tallies.get(stage.epoch);
      if (known?.stage === stage) continue;
      const tally = new EpochTally(stage, this.#allJourneys);
      const before = known ?? this.#inherited?.get(stage.epoch);
      if (before) tally.inherit(before);
      this.tallies.set(stage.epoch, tally);
      if (known === undefined) continue;
      for (const journey of this.#allJourneys()) {
        if (journey.first.stage.epoch !== stage.epoch) continue;
        this.#count(journey, -1);
        journey.kept = journey.broken = undefined;
        this.journey(journey);
      }
    }
  }

  /** That captures lack something of a time is known only afterwards. */
  #meetRecording(): void {
    const { news } = this.#joiner.recording;
    if (news === this.#recordingNews) return;
    this.#recordingNews = news;
    for (const { flow } of this.#allJourneys()) if (!flow!.gone) this.flow(flow!);
  }

  #askPending(): void {
    const { states, timeNs } = this.#joiner;
    const news = states.count !== this.#nodeChanges;
    this.#nodeChanges = states.count;
    for (const journey of this.#pending) if (news || !mayBeUnderWay(journey, timeNs)) this.journey(journey);
  }

  #judge(journey: JourneyRecord): void {
    const { states, completeness, timeNs } = this.#joiner;
    const around = { isUp: (node: string, atNs: number) => states.isUp(node, atNs), completeness };
    judgeJourney(journey, around, timeNs);
    if (this.#joiner.engine !== 'capture') return;
    const { flow } = journey;
    const doubtful = this.#doubtful.get(flow!);
    if (isDoubtful(journey)) {
      if (doubtful) doubtful.add(journey);
      else this.#doubtful.set(flow!, new Set([journey]));
    } else doubtful?.delete(journey);
  }

  /** What new packets say of how whole their capture is. */
  #look(): void {
    const { engine, completeness } = this.#joiner;
    if (engine !== 'capture') return;
    for (const { gone, hops } of this.#journeys) if (!gone) for (const hop of hops) completeness.look(hop);
  }

  /** What proves of a packet that it was lost, or that only its record is, may come later. */
  #settle(): void {
    for (const flow of this.#unsettled) if (!flow.gone) this.flow(flow);
    this.#unsettled.clear();
    const { completeness } = this.#joiner;
    const all = completeness.news !== this.#completenessNews;
    this.#completenessNews = completeness.news;
    const reachedNs = completeness.takeReached();
    const changed = new Set([...this.#flows, ...this.#journeys.flatMap(({ flow }) => flow ?? [])]);
    for (const [flow, doubtful] of this.#doubtful) {
      if (flow.gone) this.#doubtful.delete(flow);
      else if (all || flow.endNs >= reachedNs || changed.has(flow))
        for (const journey of doubtful) this.journey(journey);
    }
  }

  /** What packets are judged by, besides themselves, may be new for a whole flow. */
  #widen(): void {
    const changed = new Map<FlowRecord, JourneyRecord[]>();
    for (const journey of this.#journeys) {
      if (journey.gone) continue;
      const list = changed.get(journey.flow!);
      if (list) list.push(journey);
      else changed.set(journey.flow!, [journey]);
    }
    for (const flow of this.#flows) {
      if (flow.gone) continue;
      noteChoice(flow, changed.get(flow) ?? []);
      flow.requests = this.#joiner.ledger.look(flow);
      flow.partial = partOf(flow, this.#joiner.recording);
      const basis = `${flow.partial ?? ''} ${basisOf(flow)}`;
      if (basis === flow.basis) continue;
      flow.basis = basis;
      for (const journey of flow.journeys) this.journey(journey);
    }
  }

  #tell(journey: JourneyRecord): void {
    if (journey.pending) this.#pending.add(journey);
    else this.#pending.delete(journey);
    this.#tally(journey)!.add(journey);
    this.#count(journey, 1);
  }

  #count(journey: JourneyRecord, sign: 1 | -1): void {
    if (journey.kept === undefined) return;
    this.ambiguousJoins += sign * journey.ambiguousJoins;
    this.directorBytes.count(journey, sign);
  }

  #lookAt(flow: FlowRecord): void {
    const last = this.#joiner.stages.at(-1)!.epoch;
    for (let { epoch } = flow.stage; epoch <= last; epoch++) this.tallies.get(epoch)?.look(flow);
  }

  #tally({ first }: JourneyRecord): EpochTally | undefined {
    return this.tallies.get(first.stage.epoch);
  }
}

/** Whether what it says of its end stands on what was not seen. */
function isDoubtful({ hops }: JourneyRecord): boolean {
  return hops.some(({ fate }) => {
    const { fate: end, reason } = fate!;
    return end === 'lost' || reason === 'not-recorded' || isByAbsence(reason);
  });
}

/** Why a flow need not be recorded whole, if so. */
function partOf(flow: FlowRecord, recording: Recording): FlowRecord['partial'] {
  if (flow.requests.some(({ asked }) => asked.entry.load)) return 'load';
  return recording.isReduced(flow) ? 'capture' : undefined;
}

/** All of a flow that its packets are judged by. */
function basisOf({ choices, synSequence, replied, journeys }: FlowRecord): string {
  const first = journeys[0]!.order;
  let chosen = '';
  for (const { node, server, sourcePort } of choices) chosen += `${node} ${server ?? ''} ${sourcePort} `;
  return `${chosen}${synSequence ?? ''} ${first} ${replied.join()}`;
}
