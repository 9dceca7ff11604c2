import * as z from 'zod/mini';
import { probeResults } from '../../../forwarder/health/checker.ts';
import { decisionShape } from '../../../lab/decision-shape.ts';
import { planShape, trafficShape } from '../../../lab/topology/plan-shape.ts';

/**
 * What a saved recording must look like: the file lies in the editor's storage, an older version or a hand may have
 * written it. Keys that are not known are kept.
 */
const count = z.int().check(z.gte(0));
const number = z.number();
const text = z.string();
const code = z.string().check(z.regex(/^[\w.-]{0,100}$/));
const name = z.string().check(z.regex(/^[\w.@-]{0,100}$/));
const traffic = trafficShape;
const at = { timeNs: number };
const capturePoint = { ...at, node: name, segment: name };

const event = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('frame'),
    ...capturePoint,
    direction: z.enum(['in', 'out']),
    originalLength: count,
  }),
  z.looseObject({
    kind: z.literal('decision'),
    ...at,
    node: name,
    ...decisionShape,
  }),
  z.looseObject({
    kind: z.literal('node'),
    ...at,
    node: name,
    state: z.enum(['starting', 'running', 'paused', 'stopped', 'failed']),
    reason: z.optional(text),
  }),
  z.looseObject({
    kind: z.literal('plan'),
    ...at,
    epoch: count,
    plan: planShape,
    changes: z.array(z.looseObject({ kind: code })),
    durationNs: number,
  }),
  z.looseObject({ kind: z.literal('loss'), ...capturePoint, frames: count, reason: z.optional(code) }),
  z.looseObject({
    kind: z.literal('capture'),
    ...capturePoint,
    detail: z.enum(['frames', 'headers', 'counters']),
  }),
  z.looseObject({ kind: z.literal('decision-loss'), ...at, node: name, decisions: count }),
  z.looseObject({
    kind: z.literal('request'),
    ...at,
    id: count,
    number: z.optional(count),
    node: name,
    entry: traffic,
    by: code,
    protocol: code,
    sourcePort: z.optional(count),
    end: z.optional(z.looseObject({ outcome: code, reason: z.optional(code) })),
  }),
  z.looseObject({
    kind: z.literal('health'),
    ...at,
    node: name,
    service: name,
    server: name,
    isUp: z.boolean(),
    result: z.enum(probeResults),
    failures: z.optional(count),
    isDrained: z.boolean(),
    serving: z.array(name),
    sorry: z.optional(z.looseObject({ server: name, serves: z.boolean() })),
    probedNs: number,
    sourcePort: z.optional(count),
    address: count,
  }),
  z.looseObject({ kind: z.literal('skip'), ...at, durationNs: number }),
  z.looseObject({ kind: z.literal('host'), ...at, node: name, segment: z.optional(name), reason: code }),
]);

const head = z.looseObject({
  engine: z.enum(['embedded', 'docker', 'capture']),
  startedAt: z.string().check(z.regex(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z)?$/)),
  plan: planShape,
  capturePoints: z.optional(z.array(z.string().check(z.regex(/^[\w.@-]{0,200}$/)))),
  wholePoints: z.optional(z.array(z.string().check(z.regex(/^[\w.@-]{0,200}$/)))),
  isInferred: z.optional(z.boolean()),
  clockErrorsNs: z.optional(z.record(name, number)),
});

const change = z.looseObject({
  epoch: count,
  timeNs: number,
  durationNs: number,
  texts: z.array(text),
  line: z.optional(count),
  kind: z.enum(['applied', 'restarted', 'by-hand', 'planned']),
});

/** Whether it is the head of a recording. */
export function isRecordingHead(value: unknown): boolean {
  return z.safeParse(head, value).success;
}

export function isRecordedChange(value: unknown): boolean {
  return z.safeParse(change, value).success;
}

/** Whether it is an event as it is saved: a frame without its bytes. */
export function isSavedEvent(value: unknown): boolean {
  return z.safeParse(event, value).success;
}
