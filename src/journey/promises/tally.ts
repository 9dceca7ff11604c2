import type { EpochEvidence } from '../evidence.ts';
import type { HopRecord } from '../hop-record.ts';

/** The hops that show a promise kept, and those that show it broken. */
export class Tally {
  readonly kept: HopRecord[] = [];
  readonly broken: HopRecord[] = [];

  note(hop: HopRecord, ok: boolean): void {
    (ok ? this.kept : this.broken).push(hop);
  }

  /** For a promise that is only shown when both parts of it were seen. */
  onlyWith(other: Tally): this {
    if (other.kept.length === 0 || this.kept.length === 0) this.kept.length = 0;
    else this.kept.push(...other.kept);
    this.broken.push(...other.broken);
    return this;
  }
}

/** One promise: what the captured bytes of one epoch say about it. */
export type PromiseCheck = (evidence: EpochEvidence) => Tally;
