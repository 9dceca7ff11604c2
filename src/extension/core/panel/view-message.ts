import * as z from 'zod/mini';
import type { ViewMessage } from '../../../panel-protocol/messages.ts';

/** What the view may say. Its page runs nothing but our script, and is another process all the same: what it says is looked at. */
const count = z.int().check(z.gte(0));
const short = z.string().check(z.maxLength(10_000));
/** Of whichever realm. */
const buffer = z.custom<ArrayBuffer>(
  (value) => Object.prototype.toString.call(value) === '[object ArrayBuffer]',
);
const card = z.enum(['predict', 'reply-path', 'break-it', 'broken', 'what-next']);
const deed = z.enum(['edit', 'undo', 'tun', 'lessons', 'own']);

const action = z.union([
  z.object({ kind: z.literal('send-request'), traffic: count }),
  z.object({
    kind: z.enum([
      'start',
      'stop',
      'restart',
      'use-docker',
      'new-topology',
      'clear',
      'remedy',
      'compare',
      'name-cause',
      'capture-host',
      'capture-clock',
      'capture-topology',
      'capture-write',
      'lesson-page',
      'lesson-next',
      'lesson-again',
    ]),
  }),
  z.object({ kind: z.literal('predict'), on: z.boolean() }),
  z.object({ kind: z.literal('dismiss-card'), card }),
  z.object({ kind: z.literal('card'), action: deed }),
  z.object({ kind: z.enum(['show-lab', 'stop-lab']), uri: short }),
  z.object({ kind: z.literal('pin'), pinned: z.boolean() }),
]);

const placeShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['node', 'segment', 'service']), name: short }),
  z.object({ kind: z.literal('setting'), path: short }),
  z.object({ kind: z.literal('line'), line: z.int() }),
]);

const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['hop', 'step']), journey: count, hop: count }),
  z.object({ kind: z.literal('connections'), node: short }),
  z.object({ kind: z.literal('tables'), node: short, untilNs: z.number().check(z.gte(0)) }),
  z.object({ kind: z.literal('forwarding-times') }),
  z.object({
    kind: z.literal('export'),
    format: z.enum(['pcapng', 'json', 'svg', 'png', 'html', 'mmd']),
    flows: z.optional(z.array(count)),
    data: z.optional(z.union([z.string(), buffer])),
    redact: z.optional(z.object({ payload: z.enum(['none', 'first-line']), addresses: z.boolean() })),
  }),
]);

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('ack'), sequence: count }),
  z.object({ type: z.literal('ask'), id: count, question }),
  z.object({ type: z.literal('do'), action }),
  z.object({ type: z.literal('open'), place: placeShape }),
  z.object({ type: z.literal('keep'), view: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);

/** Undefined for what the view never says. */
export function asViewMessage(value: unknown): ViewMessage | undefined {
  return z.safeParse(message, value).success ? (value as ViewMessage) : undefined;
}
