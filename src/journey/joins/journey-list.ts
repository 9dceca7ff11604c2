import type { HopRecord } from '../records/hop-record.ts';
import { JourneyRecord } from '../records/journey-record.ts';

/** Journeys in the order of their first hops, made from hops as these become known. */
export class JourneyList {
  journeys: JourneyRecord[] = [];

  /**
   * Takes hops that are new or changed. `hop` is called for each when it has its journey; `gone` for a journey that
   * turned out to be part of another, whose hops are told of again.
   */
  take(
    hops: readonly HopRecord[],
    tell: { hop(hop: HopRecord, news: 1 | 2): void; gone(journey: JourneyRecord): void },
  ): void {
    for (const hop of hops) {
      const { news } = hop;
      hop.news = 0;
      // What was taken out of the recording has nothing more to tell.
      if (news === 0 || hop.journey?.gone) continue;
      const merged = this.#place(hop);
      if (merged) {
        tell.gone(merged);
        for (const one of merged.hops) tell.hop(one, 2);
      } else tell.hop(hop, news);
    }
  }

  /** The index of the first journey that does not come before `order`. */
  indexOf(order: number): number {
    let low = 0;
    let high = this.journeys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.journeys[middle]!.order < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Leaves out those that are gone. */
  sweep(): void {
    this.journeys = this.journeys.filter(({ gone }) => !gone);
  }

  /** The journey that was taken for one of its own, if `hop` began one. */
  #place(hop: HopRecord): JourneyRecord | undefined {
    const { parent } = hop;
    // What continues a packet that was taken out of the recording begins a journey of its own.
    if (parent === undefined || parent.journey?.gone) {
      if (hop.journey === undefined) this.#begin(hop);
      return undefined;
    }
    if (parent.journey === undefined) this.#place(parent);
    const journey = parent.journey!;
    const before = hop.journey;
    if (before === journey) {
      journey.settle(hop);
      return undefined;
    }
    if (before === undefined) {
      journey.add(hop);
      return undefined;
    }
    before.gone = true;
    this.journeys.splice(this.indexOf(before.order), 1);
    for (const one of before.hops) journey.add(one);
    return before;
  }

  #begin(hop: HopRecord): void {
    const journey = new JourneyRecord(hop);
    hop.journey = journey;
    const last = this.journeys.at(-1);
    if (last === undefined || last.order < hop.index) this.journeys.push(journey);
    else this.journeys.splice(this.indexOf(hop.index), 0, journey);
  }
}
