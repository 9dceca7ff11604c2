import { linksOf, type HopRecord } from '../records/hop-record.ts';

/** Hops that are new or changed since they were last taken, in the order in which that was found out. */
export class HopNews {
  #hops: HopRecord[] = [];

  /** It is judged anew, and so are those whose confidence depends on it. */
  judged(hop: HopRecord): void {
    if (hop.news === 0) {
      this.#hops.push(hop);
      hop.news = 1;
    }
    if (hop.links) for (const other of hop.links.rivalOf) if (other.news === 0) this.judged(other);
  }

  /** Also its journey or flow may be another. */
  placed(hop: HopRecord): void {
    this.judged(hop);
    hop.news = 2;
  }

  /** `hop` may as well be what `rivals` were. */
  rivals(hop: HopRecord, rivals: readonly HopRecord[]): void {
    for (const rival of rivals) linksOf(rival).rivalOf.push(hop);
    this.judged(hop);
  }

  take(): HopRecord[] {
    const hops = this.#hops;
    this.#hops = [];
    return hops;
  }
}
