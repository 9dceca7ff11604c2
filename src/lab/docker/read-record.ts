import * as z from 'zod/mini';
import { asPlan } from '../topology/plan-shape.ts';
import { hostTime } from '../agent-wire/agent-shapes.ts';
import type { LabRecord } from '../agent-wire/lab-record.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';
import type { DockerClient } from './docker-client.ts';
import { LabError } from './lab-problem.ts';
import type { FoundLab } from './sweep.ts';

const count = z.int().check(z.gte(0));

const plan = z.custom((value) => asPlan(value) !== undefined);

const recordShape = z.nullable(
  z.looseObject({
    revision: count,
    plan,
    written: z.optional(plan),
    file: z.optional(z.string()),
    epoch: count,
    zeroNs: hostTime,
    overlay: z.record(z.string(), z.enum(['paused', 'stopped'])),
    trafficSinceNs: z.array(z.number()),
  }),
);

/** What a node told of its lab, as it is; throws a `LabError` for what no version of ours would have told it. */
export function asRecord(value: unknown, lab: string): LabRecord | undefined {
  if (!z.safeParse(recordShape, value).success) throw new LabError('record-unreadable', { lab });
  return (value as LabRecord | null) ?? undefined;
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
