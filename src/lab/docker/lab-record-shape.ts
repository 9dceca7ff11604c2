import * as z from 'zod/mini';
import { asPlan } from '../topology/plan-shape.ts';
import { LabError } from './lab-problem.ts';
import type { LabRecord } from './lab-record.ts';

const count = z.int().check(z.gte(0));
/** Nanoseconds on the host's clock. */
export const hostTime = z.string().check(z.regex(/^-?\d{1,20}$/));

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
