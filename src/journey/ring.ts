import type { FlowRecord } from './records/flow-record.ts';
import type { FrameStore } from './records/frame-store.ts';
import type { JourneyState } from './journey-state.ts';

/** Over for certain after such a silence: closed connections and questions about addresses, and everything else. */
const QUIET_NS = 1e9;
const SILENT_NS = 10e9;
/** The share of the limit that is taken out before everything is searched for what is left of it. */
const SWEEP_SHARE = 0.2;
/** How far the limit may be exceeded while nobody asks for anything. */
const FAR = 1.05;

/** Keeps the recording within its limits: the oldest flows that are over go first, whole, with their frames. */
export class Ring {
  readonly #frames: FrameStore;
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  /** Frames that no journey has, oldest first. */
  #loose: { readonly number: number; readonly timeNs: number }[] = [];
  #unswept = 0;
  evictedFrames = 0;
  evictedFlows = 0;

  constructor(frames: FrameStore, maxFrames: number, maxBytes: number) {
    this.#frames = frames;
    this.#maxFrames = maxFrames;
    this.#maxBytes = maxBytes;
  }

  get isFarOver(): boolean {
    return this.#frames.count > this.#maxFrames * FAR || this.#frames.bytes > this.#maxBytes * FAR;
  }

  get needsSweep(): boolean {
    return this.#unswept > (this.#unswept + this.#frames.count) * SWEEP_SHARE;
  }

  swept(): void {
    this.#unswept = 0;
  }

  loose(number: number, timeNs: number): void {
    this.#loose.push({ number, timeNs });
  }

  /** The flows that were taken out. */
  evict(state: JourneyState): FlowRecord[] {
    const evicted: FlowRecord[] = [];
    if (!this.isOver) return evicted;
    const nowNs = state.joiner.timeNs;
    for (const isOld of [(flow: FlowRecord) => isSettled(flow, nowNs), () => true]) {
      for (const flow of state.deriver.flows) {
        if (!this.isOver) return evicted;
        if (!isOld(flow)) continue;
        this.#takeOut(flow, state);
        evicted.push(flow);
      }
    }
    this.#dropLoose(Infinity);
    return evicted;
  }

  /** The time of the oldest frame that a flow has. */
  oldestNs({ deriver }: JourneyState): number {
    let oldest = Infinity;
    for (const { startNs } of deriver.flows) oldest = Math.min(oldest, startNs);
    return oldest;
  }

  /** All that is kept will be joined again. */
  restart(): void {
    this.#loose = [];
  }

  /** Something has to be taken out. */
  get isOver(): boolean {
    return this.#frames.count > this.#maxFrames || this.#frames.bytes > this.#maxBytes;
  }

  #takeOut(flow: FlowRecord, { joiner, judge, deriver }: JourneyState): void {
    joiner.ledger.evict(flow, joiner.counters.captureLoss === 0);
    flow.gone = true;
    deriver.flows.delete(flow);
    for (const journey of flow.journeys) {
      judge.evict(journey);
      journey.gone = true;
      for (const hop of journey.hops) for (const frame of hop.frames) this.#drop(frame);
    }
    judge.evictFlow(flow);
    this.evictedFlows++;
    this.#dropLoose(flow.startNs);
  }

  #dropLoose(untilNs: number): void {
    let old = 0;
    while (old < this.#loose.length && this.#loose[old]!.timeNs <= untilNs) old++;
    if (old < this.#loose.length / 4 && untilNs !== Infinity) return;
    for (const { number } of this.#loose.splice(0, old)) this.#drop(number);
  }

  #drop(frame: number): void {
    if (!this.#frames.has(frame)) return;
    this.#frames.delete(frame);
    this.evictedFrames++;
    this.#unswept++;
  }
}

function isSettled({ closed, kind, endNs }: FlowRecord, nowNs: number): boolean {
  return nowNs - endNs > (closed || kind === 'arp' || kind === 'vrrp' ? QUIET_NS : SILENT_NS);
}
