import * as z from 'zod/mini';
import { code, decisionShape, name } from '../decision-shape.ts';
import type { AgentEvent, Operation, ReplyMessage } from './agent-protocol.ts';

/**
 * What the controller takes from an agent. A node's container is the user's to play with, and whoever is root in it may
 * say anything on the agent's behalf: what does not look as it should is not let in. Keys that are not known are kept.
 */

/** Nanoseconds on the host's clock. */
export const hostTime = z.string().check(z.regex(/^-?\d{1,20}$/));

const count = z.int().check(z.gte(0));
const u32 = z.int().check(z.gte(0), z.lte(0xffff_ffff));
const port = z.int().check(z.gte(0), z.lte(65_535));
const number = z.number();
const text = z.string();

const decision = z.looseObject(decisionShape);

const packet = z.looseObject({
  source: u32,
  destination: u32,
  protocol: z.int().check(z.gte(0), z.lte(255)),
  sourcePort: z.optional(port),
  destinationPort: z.optional(port),
});

const event = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('hello'), version: count }),
  z.looseObject({ event: z.literal('decision'), timeNs: hostTime, decision }),
  z.looseObject({ event: z.literal('loss'), segment: name, frames: count, reason: code }),
  z.looseObject({
    event: z.literal('capture'),
    segment: name,
    detail: z.enum(['frames', 'headers', 'counters']),
    timeNs: hostTime,
  }),
  z.looseObject({ event: z.literal('decisions-lost'), decisions: count }),
  z.looseObject({
    event: z.literal('host'),
    timeNs: hostTime,
    segment: z.optional(name),
    reason: z.enum(['no-route', 'neighbour-unreachable', 'port-unreachable']),
    packet,
    nextHop: z.optional(u32),
  }),
  z.looseObject({
    event: z.literal('process'),
    name: code,
    state: z.enum(['restarted', 'failed']),
    message: text,
  }),
]);

const reply = z.looseObject({ id: count, result: z.optional(z.unknown()), error: z.optional(text) });

/** An event of a kind that is not known here is left to whoever knows it. */
const otherEvent = z.looseObject({ event: code });

const endedRequest = z.looseObject({
  end: z.looseObject({
    outcome: z.enum(['answered', 'partial', 'refused', 'timed-out', 'unreachable', 'unsent', 'untold']),
    reason: z.optional(z.enum(['port-in-use', 'node-paused', 'no-client', 'client-silent'])),
    bytes: z.optional(count),
    ofBytes: z.optional(count),
    load: z.optional(
      z.looseObject({
        requests: count,
        errors: count,
        durationNs: number,
        bytes: number,
        p50Ns: number,
        p99Ns: number,
        limited: z.boolean(),
      }),
    ),
  }),
  sourcePort: z.optional(port),
});

const totals = {
  connections: count,
  active: number,
  inactive: number,
  packetsIn: count,
  bytesIn: count,
  packetsOut: count,
  bytesOut: count,
};

const nodeState = z.looseObject({
  addresses: z.array(z.looseObject({ device: name, address: u32, prefixLength: count })),
  neighbours: z.array(z.looseObject({ device: name, address: u32, mac: z.optional(count) })),
  routes: z.array(z.looseObject({ network: u32, prefixLength: count, via: u32 })),
  sockets: z.array(
    z.looseObject({ local: u32, localPort: port, remote: u32, remotePort: port, state: code }),
  ),
  connections: z.optional(
    z.array(
      z.looseObject({
        serial: count,
        model: code,
        service: z.optional(name),
        server: z.optional(name),
        protocol: count,
        state: code,
        client: u32,
        clientPort: port,
        destination: u32,
        destinationPort: port,
        seen: z.optional(z.looseObject({ address: u32, port })),
        expiresIn: number,
        packets: count,
        bytes: number,
      }),
    ),
  ),
  counters: z.optional(
    z.looseObject({
      services: z.array(
        z.looseObject({
          name,
          ...totals,
          servers: z.array(z.looseObject({ name, weight: count, ...totals })),
        }),
      ),
      drops: z.record(z.string(), count),
      connections: count,
    }),
  ),
  seenClients: z.array(z.looseObject({ address: u32, port, at: u32 })),
});

const nothing = z.unknown();
const warnings = z.array(z.looseObject({ code, params: z.record(z.string(), text) }));
const time = z.looseObject({ timeNs: hostTime });
const timeAndWarnings = z.looseObject({ timeNs: hostTime, warnings });

const replies: Readonly<Record<Operation, z.ZodMiniType>> = {
  attach: warnings,
  'warm-up': nothing,
  configure: timeAndWarnings,
  begin: nothing,
  reconfigure: time,
  pause: time,
  resume: timeAndWarnings,
  leave: nothing,
  unplug: time,
  state: nodeState,
  fetch: endedRequest,
  load: endedRequest,
  forget: nothing,
  'ask-again': nothing,
  inject: nothing,
  clock: time,
  lease: z.looseObject({ granted: z.boolean() }),
  remaining: z.looseObject({ seconds: number }),
  keep: nothing,
  // Held against its own shape by whoever asks: it says which lab cannot be read.
  record: nothing,
  losses: nothing,
};

/** What an agent said: an event, a reply, or undefined for what no agent of ours would say. */
export function agentMessage(value: unknown): AgentEvent | ReplyMessage | 'unknown' | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('event' in value)) return z.safeParse(reply, value).success ? (value as ReplyMessage) : undefined;
  if (z.safeParse(event, value).success) return value as AgentEvent;
  const kinds = event.def.options.map(({ def }) => def.shape.event.def.values[0]);
  const isKnown = (kinds as readonly unknown[]).includes(value.event);
  return !isKnown && z.safeParse(otherEvent, value).success ? 'unknown' : undefined;
}

/** Whether an answer looks as that operation's does. */
export function isReply(op: Operation, result: unknown): boolean {
  return z.safeParse(replies[op], result).success;
}
