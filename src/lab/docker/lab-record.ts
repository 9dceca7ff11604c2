import type { NodeSetting } from '../engine.ts';
import type { Plan } from '../topology/plan.ts';
import type { DockerClient } from './docker-client.ts';
import { asRecord } from './lab-record-shape.ts';
import { AGENT_FOLDER } from './paths.ts';
import type { FoundLab } from './sweep.ts';

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

/** Asks the nodes of a lab, one after the other, until one knows; undefined when none runs or the start is not finished. */
export async function readRecord(client: DockerClient, lab: FoundLab): Promise<LabRecord | undefined> {
  for (const { id, state } of lab.containers) {
    if (state !== 'running') continue;
    const command = ['node', `${AGENT_FOLDER}/agent.cjs`, 'record'];
    const { exitCode, stdout } = await client.execute(id, { command });
    if (exitCode !== 0) continue;
    const record = asRecord(parsed(stdout), lab.id);
    if (record) return record;
  }
  return undefined;
}

/** Undefined, which no record is, for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
