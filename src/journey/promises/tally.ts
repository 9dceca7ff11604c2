import type { EpochEvidence } from '../records/evidence.ts';
import type { HopRecord } from '../records/hop-record.ts';

/** The hops that show a promise kept, and those that show it broken. */
export class Tally {
  readonly kept: HopRecord[] = [];
  readonly broken: HopRecord[] = [];
  /** A second part of the promise, which is only kept when both parts were seen to be. */
  also: Tally | undefined = undefined;

  note(hop: HopRecord, ok: boolean): void {
    (ok ? this.kept : this.broken).push(hop);
  }

  /** For a promise that is only shown when both parts of it were seen. */
  onlyWith(other: Tally): this {
    this.also = other;
    return this;
  }
}

/** One promise: what captured bytes say about it. Each packet speaks for itself, so that they can be asked one by one. */
export type PromiseCheck = (evidence: EpochEvidence) => Tally;
