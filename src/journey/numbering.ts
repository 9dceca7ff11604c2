import type { FlowRecord } from './records/flow-record.ts';
import type { JourneyRecord } from './records/journey-record.ts';

/** What the outside calls flows and journeys: numbers in the order of the recording, the same for as long as they are kept. */
export class Numbering {
  readonly flows = new Numbers<FlowRecord>(({ journeys }) => journeys[0]!);
  readonly journeys = new Numbers<JourneyRecord>((journey) => journey);

  /** Whoever has no number yet gets one. Sorts both lists in the order of the recording. */
  give(flows: FlowRecord[], journeys: JourneyRecord[]): void {
    this.flows.give(flows);
    this.journeys.give(journeys);
  }

  /** All will be joined again: what begins with the same frame is called the same then. */
  restart(flows: Iterable<FlowRecord>, journeys: readonly JourneyRecord[]): void {
    this.flows.restart(flows);
    this.journeys.restart(journeys);
  }
}

interface Numbered {
  /** 0 until it was given one. */
  id: number;
  readonly gone: boolean;
}

class Numbers<T extends Numbered> {
  readonly #firstOf: (one: T) => JourneyRecord;
  readonly #byId = new Map<number, T>();
  #last = 0;
  /** What frames' were called before all was joined again. */
  #known: Map<number, number> | undefined;

  /** @param firstOf The journey that it begins with. */
  constructor(firstOf: (one: T) => JourneyRecord) {
    this.#firstOf = firstOf;
  }

  get(id: number): T | undefined {
    return this.#byId.get(id);
  }

  give(list: T[]): void {
    list.sort((a, b) => this.#firstOf(a).order - this.#firstOf(b).order);
    for (const one of list) {
      if (one.id !== 0) continue;
      one.id = this.#knownOf(one) ?? ++this.#last;
      this.#byId.set(one.id, one);
    }
    this.#known = undefined;
  }

  /** Takes the number from one that is not kept any more. @returns It; 0 if nobody was told. */
  take(one: T): number {
    const { id } = one;
    if (id !== 0) this.#byId.delete(id);
    one.id = 0;
    return id;
  }

  restart(all: Iterable<T>): void {
    this.#known = new Map();
    for (const one of all) {
      if (one.gone) continue;
      for (const frame of this.#firstOf(one).first.frames) this.#known.set(frame, one.id);
    }
    this.#byId.clear();
  }

  #knownOf(one: T): number | undefined {
    if (this.#known === undefined) return undefined;
    for (const frame of this.#firstOf(one).first.frames) {
      const id = this.#known.get(frame);
      if (id !== undefined && id !== 0 && !this.#byId.has(id)) return id;
    }
    return undefined;
  }
}
