import type { NodeSetting } from '../engine.ts';
import type { Plan } from '../topology/plan.ts';

/** What a lab knows of itself, so that another controller can take it up. The agent of every node keeps a copy. */
export interface LabRecord {
  /** Of two copies the one with the greater number is newer. */
  readonly revision: number;
  readonly plan: Plan;
  /** The plan as the file has it, where events of the file change it: `plan` is what had become of it. */
  readonly written?: Plan;
  /** The topology file's path, where the lab was started. */
  readonly file?: string;
  readonly epoch: number;
  /** The host's CLOCK_REALTIME at time 0 of the lab, in nanoseconds. */
  readonly zeroNs: string;
  /** What was done to nodes by hand. */
  readonly overlay: Readonly<Record<string, Exclude<NodeSetting, 'running'>>>;
  /** When each entry of the plan's traffic began, in the lab's time. */
  readonly trafficSinceNs: readonly number[];
}

export function newestRecord(records: readonly (LabRecord | null | undefined)[]): LabRecord | undefined {
  return records.reduce<LabRecord | undefined>(
    (newest, record) => (record && (!newest || record.revision > newest.revision) ? record : newest),
    undefined,
  );
}
