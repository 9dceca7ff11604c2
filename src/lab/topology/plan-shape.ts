import { modelNames, serviceModels } from '../../models/models.ts';
import * as z from 'zod/mini';
import * as field from './fields.ts';
import { planAt } from './plan-at.ts';
import type { Plan } from './plan.ts';

/**
 * What a plan that comes back from outside must look like: from a node of a lab that is taken up, from a file that an
 * earlier window wrote. Names end in container names and command lines, numbers in the kernel's tables, so both are held
 * against what a file may say. Keys that are not known here are kept: the version that wrote it may know more.
 */

const u32 = z.int().check(z.gte(0), z.lte(0xffff_ffff));
const mac = z.int().check(z.gte(0), z.lte(0xffff_ffff_ffff));
const port = z.int().check(z.gte(0), z.lte(65_535));
const prefixLength = z.int().check(z.gte(0), z.lte(32));
const amount = z.number().check(z.gte(0));
const count = z.int().check(z.gte(0));
const word = z.string().check(z.regex(/^[\w.:-]{1,64}$/));
const model = z.enum(modelNames);
const range = z.looseObject({ first: port, last: port });
const route = z.looseObject({ network: u32, prefixLength, via: u32 });
const switchValue = z.int().check(z.gte(0), z.lte(2));

const tunnel = z.looseObject({ type: z.literal('gue'), port });

const server = z.looseObject({ name: field.name, address: u32, port, weight: count });

const plannedService = z.looseObject({
  name: field.name,
  model: z.enum(serviceModels),
  vip: u32,
  protocol: z.enum(['tcp', 'udp']),
  port,
  snat: z.boolean(),
  tunnel: z.optional(tunnel),
  director: field.name,
  directors: z.optional(z.array(field.name)),
  servers: z.array(server),
  sorry: z.optional(field.name),
});

const positive = z.number().check(z.gt(0));

const healthCheck = z.looseObject({
  probe: z.enum(['http', 'tcp', 'ping']),
  request: z.optional(field.request),
  status: z.optional(count),
  interval: positive,
  retry: count,
  retryDelay: positive,
  timeout: positive,
  onFail: z.enum(['remove', 'drain']),
});

const octet = z.int().check(z.gte(1), z.lte(255));

const redundancy = z.looseObject({
  id: octet,
  priority: octet,
  interval: z.int().check(z.gte(10), z.lte(40_950)),
  preempt: z.boolean(),
  announce: z.looseObject({ repeat: count.check(z.lte(255)), delay: amount, refresh: amount }),
  port: count,
  addresses: z.array(z.looseObject({ address: u32, port: count })),
});

const forwarder = z.looseObject({
  interfaces: z.array(
    z.looseObject({ segment: field.name, address: u32, prefixLength, mac, mtu: field.mtu }),
  ),
  routes: z.array(route),
  services: z.array(
    z.looseObject({
      name: field.name,
      model: z.enum(serviceModels),
      vip: u32,
      protocol: z.enum(['tcp', 'udp']),
      port,
      scheduler: word,
      schedulerFlags: z.optional(z.array(word)),
      servers: z.array(server),
      snat: z.boolean(),
      ports: range,
      tunnel: z.optional(tunnel),
      persistence: z.optional(z.looseObject({ timeout: amount, prefixLength })),
      check: z.optional(healthCheck),
      quorum: z.optional(count),
      sorry: z.optional(server),
    }),
  ),
  redundancy: z.optional(redundancy),
  nat: z.optional(z.looseObject({ outside: count, ports: range, translatePorts: z.boolean() })),
  decrementTtl: z.boolean(),
  timeouts: z.record(word, amount),
  maxConnections: z.int().check(z.gte(1), z.lte(16_777_216)),
  noEntry: word,
  onRemove: word,
  connReuseMode: z.int().check(z.gte(0), z.lte(2)),
  expireQuiescentTemplate: z.boolean(),
  sloppyTcp: z.optional(z.boolean()),
  clampMss: z.optional(z.union([z.literal('mtu'), count])),
});

const node = z.looseObject({
  name: field.name,
  role: z.enum(['client', 'router', 'director', 'server']),
  state: z.optional(z.enum(['paused', 'stopped'])),
  crashed: z.optional(z.literal(true)),
  interfaces: z.array(
    z.looseObject({
      segment: field.name,
      address: u32,
      prefixLength,
      mac,
      otherMacs: z.optional(z.array(mac)),
      mtu: field.mtu,
      loss: amount.check(z.lte(1)),
      delayNs: amount,
      drop: z.array(z.enum(['icmp', 'tcp', 'udp', 'ipip', 'vrrp'])),
      down: z.boolean(),
    }),
  ),
  loopback: z.array(u32),
  routes: z.array(route),
  sysctls: z.record(word, switchValue),
  forwarder: z.optional(forwarder),
  decapsulate: z.boolean(),
  guePorts: z.optional(z.array(port)),
  listen: z.array(port),
  datagrams: z.optional(z.array(port)),
});

/** Also of what a `load` or a `request` event speaks. */
export const trafficShape = z.looseObject({
  from: field.name,
  to: u32,
  port,
  protocol: z.optional(z.enum(['tcp', 'udp', 'icmp'])),
  afterNs: amount,
  everyNs: amount,
  count,
  /** Empty for what is no HTTP. */
  request: z.union([z.literal(''), field.request]),
  responseBytes: count,
  requestBytes: count,
  sourcePort: z.optional(port),
  timeoutNs: amount,
  written: z.optional(count),
  load: z.optional(z.looseObject({ connections: count, durationNs: amount })),
});

const texts = z.array(z.string());

/** What it changes to is looked at in the plan that it leads to. */
const change = z.looseObject({
  kind: word,
  node: z.optional(z.union([field.name, node])),
  name: z.optional(field.name),
  names: z.optional(z.array(field.name)),
  index: z.optional(count),
});

export const planShape = z.looseObject({
  /** A file's name: any text, and shown as such; captures are saved under it, so it leads to no other folder. */
  lab: z.string().check(z.regex(/^[^/\\]{0,255}$/)),
  model,
  segments: field.atMost(
    64,
    z.array(z.looseObject({ name: field.name, network: u32, prefixLength, mtu: field.mtu })),
  ),
  nodes: field.atMost(256, z.array(node)),
  services: z.array(plannedService),
  traffic: z.array(trafficShape),
  events: z.optional(
    field.atMost(
      32,
      z.array(
        z.looseObject({
          atNs: amount,
          text: z.string(),
          changes: z.array(change),
        }),
      ),
    ),
  ),
  expect: z.optional(z.looseObject({ outcomes: texts, broken: texts, explanations: texts, problems: texts })),
});

/** The value as a plan, as it is; undefined when it is none. */
export function asPlan(value: unknown): Plan | undefined {
  if (!z.safeParse(planShape, value).success) return undefined;
  const plan = value as Plan;
  return (plan.events ?? []).every(({ atNs }) => isPlanAt(plan, atNs)) ? plan : undefined;
}

/** What an event makes of a plan is looked at as a whole: its changes may be anything. */
function isPlanAt(plan: Plan, timeNs: number): boolean {
  try {
    return z.safeParse(planShape, planAt(plan, timeNs)).success;
  } catch {
    return false;
  }
}
