import * as z from 'zod/mini';
import { schedulers, type SchedulerName } from '../../forwarder/schedulers/registry.ts';
import { modelNames, serviceModels, tunnelNames } from '../../models/models.ts';
import { USUAL_PORT } from '../../packet/gue.ts';
import * as field from './fields.ts';
import { explanationCodes, outcomeNames, promiseIds } from './findings.ts';
import { problemCodes, type ProblemCode } from './problem-codes.ts';

/**
 * The one source of what a topology file may hold: the TypeScript type, the published JSON Schema, the reference page,
 * and what an editor completes and explains are made from it. The texts stand in the l10n bundles under
 * `topology.key.PATH`, PATH being the keys that lead to a setting without the names the author chose
 * (`nodes.at.mac`). A default written here stands in the JSON Schema too; one that depends on the rest of the file is
 * made by `make-plan.ts` and told in the text.
 */
const roles = ['client', 'router', 'director', 'server'] as const;

/** The schedulers that a service of a topology file may name. */
export const schedulerNames = Object.keys(schedulers) as SchedulerName[];

/** 0 drains a server: it keeps the connections it has and gets no new ones. */
const weight = z.int().check(z.gte(0), z.lte(65535));

/** Of a client's address: how many of its bits tell clients apart. */
const prefixLength = z.int().check(z.gte(1), z.lte(32));

/** What one machine can run and one screen can show; checks take time with the square of these. */
const limits = {
  nodes: 128,
  segments: 64,
  services: 32,
  traffic: 64,
  events: 32,
  directors: 8,
  moved: 16,
} as const;

/** Health checks of a service's servers; keepalived's, one of the three probes each (`check-health.ts`). */
const checkSchema = z.strictObject({
  http: z.optional(field.request),
  tcp: z.optional(z.literal(true)),
  ping: z.optional(z.literal(true)),
  status: z.optional(z.int().check(z.gte(100), z.lte(599))),
  every: z.prefault(field.positiveDuration, '5s'),
  retry: z.prefault(z.int().check(z.gte(0), z.lte(20)), 1),
  retryDelay: z.optional(field.positiveDuration),
  timeout: z.prefault(field.positiveDuration, '5s'),
  onFail: z.prefault(z.enum(['remove', 'drain']), 'remove'),
});

const serviceSchema = z.strictObject({
  vip: field.address,
  protocol: z.prefault(z.enum(['tcp', 'udp']), 'tcp'),
  port: field.port,
  scheduler: z.prefault(z.enum(schedulerNames), 'rr'),
  schedulerFlags: z.prefault(z.array(z.enum(['fallback', 'port'])), []),
  servers: z.optional(
    z.union([
      field.atMost(limits.nodes, z.array(field.name)),
      field.atMost(
        limits.nodes,
        z.record(field.name, z.strictObject({ port: z.optional(field.port), weight: z.prefault(weight, 1) })),
      ),
    ]),
  ),
  snat: z.prefault(z.boolean(), true),
  model: z.optional(z.enum(serviceModels)),
  tunnel: z.prefault(z.enum(tunnelNames), 'ipip'),
  tunnelPort: z.prefault(field.port, USUAL_PORT),
  director: z.optional(field.name),
  directors: z.optional(field.atMost(limits.directors, z.array(field.name))),
  persistence: z.optional(
    z.union([
      field.duration,
      z.strictObject({ timeout: field.duration, prefix: z.prefault(prefixLength, 32) }),
    ]),
  ),
  check: z.optional(checkSchema),
  quorum: z.prefault(z.int().check(z.gte(1), z.lte(65535)), 1),
  sorry: z.optional(field.name),
});

const segmentSchema = z.union([
  field.subnet,
  z.strictObject({ subnet: field.subnet, mtu: z.prefault(field.mtu, 1500) }),
]);

const interfaceSchema = z.union([
  field.address,
  z.strictObject({
    address: field.address,
    mac: z.optional(field.mac),
    mtu: z.optional(field.mtu),
    loss: z.prefault(field.probability, 0),
    delay: z.prefault(field.duration, 0),
    drop: z.prefault(z.array(z.enum(['icmp', 'tcp', 'udp', 'ipip', 'vrrp'])), []),
    down: z.prefault(z.boolean(), false),
  }),
]);

/** How long a connection without packets is remembered, by its state; IPVS's names and values. */
const timeoutsSchema = z.strictObject({
  established: z.optional(field.duration),
  synReceived: z.optional(field.duration),
  finWait: z.optional(field.duration),
  timeWait: z.optional(field.duration),
  close: z.optional(field.duration),
  closeWait: z.optional(field.duration),
  lastAck: z.optional(field.duration),
  udp: z.optional(field.duration),
  icmp: z.optional(field.duration),
});

const nodeSchema = z.strictObject({
  role: z.enum(roles),
  at: field.atMost(limits.segments, z.record(field.name, interfaceSchema)),
  gateway: z.optional(field.nodeOrAddress),
  routes: z.optional(field.atMost(limits.segments, z.record(field.destination, field.nodeOrAddress))),
  nat: z.optional(field.name),
  ports: z.optional(field.portRange),
  translatePorts: z.optional(z.boolean()),
  noEntry: z.optional(z.enum(['drop', 'reset'])),
  onRemove: z.optional(z.enum(['reset', 'silent'])),
  connReuseMode: z.optional(z.int().check(z.gte(0), z.lte(2))),
  expireQuiescentTemplate: z.optional(z.boolean()),
  sloppyTcp: z.optional(z.boolean()),
  decrementTtl: z.optional(z.boolean()),
  maxConnections: z.optional(z.int().check(z.gte(1), z.lte(16_777_216))),
  timeouts: z.optional(timeoutsSchema),
  clampMss: z.optional(z.union([z.literal('mtu'), z.int().check(z.gte(88), z.lte(8960))])),
  hideVip: z.optional(z.boolean()),
  holdVip: z.optional(z.boolean()),
  decapsulate: z.optional(z.boolean()),
  listen: z.optional(z.union([field.port, z.array(field.port)])),
  rpFilter: z.optional(z.enum(['off', 'strict', 'loose'])),
});

/** One virtual router for all services that have several directors; keepalived's words and values. */
const vrrpSchema = z.strictObject({
  id: z.prefault(z.int().check(z.gte(1), z.lte(255)), 51),
  advert: z.prefault(field.advertisementInterval, '1s'),
  preempt: z.prefault(z.boolean(), true),
  garp: z.prefault(
    z.strictObject({
      repeat: z.prefault(z.int().check(z.gte(0), z.lte(60)), 5),
      delay: z.prefault(field.duration, '5s'),
      refresh: z.prefault(field.duration, 0),
    }),
    {},
  ),
  alsoMoves: z.prefault(field.atMost(limits.moved, z.array(field.address)), []),
});

const loadSchema = z.strictObject({
  connections: z.prefault(z.int().check(z.gte(1), z.lte(256)), 8),
  for: z.prefault(field.duration, '5s'),
});

const trafficSchema = z.strictObject({
  from: z.optional(z.union([field.name, field.atMost(limits.nodes, z.array(field.name))])),
  to: z.optional(field.nodeOrAddress),
  port: z.optional(field.port),
  protocol: z.optional(z.enum(['tcp', 'udp', 'icmp'])),
  request: z.optional(field.request),
  count: z.prefault(z.int().check(z.gte(0), z.lte(1_000_000)), 4),
  every: z.prefault(field.duration, '1s'),
  after: z.prefault(field.duration, '0s'),
  timeout: z.prefault(field.duration, '3s'),
  response: z.prefault(field.size, 0),
  upload: z.prefault(field.size, 0),
  sourcePort: z.optional(field.port),
  load: z.optional(loadSchema),
});

/** One of the actions each; `plan-events.ts` sees to it. */
const eventSchema = z.strictObject({
  at: field.duration,
  stop: z.optional(field.name),
  start: z.optional(field.name),
  crash: z.optional(field.name),
  pause: z.optional(field.name),
  down: z.optional(field.interfaceName),
  up: z.optional(field.interfaceName),
  set: z.optional(field.settingPath),
  to: z.optional(z.unknown()),
  remove: z.optional(field.settingPath),
});

const expectSchema = z.strictObject({
  outcomes: z.optional(z.array(z.enum(outcomeNames))),
  broken: z.prefault(z.array(z.enum(promiseIds)), []),
  explanations: z.prefault(z.array(z.enum(explanationCodes)), []),
  problems: z.prefault(z.array(z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]])), []),
});

export const topologySchema = z.strictObject({
  model: z.enum(modelNames),
  service: z.optional(serviceSchema),
  services: z.optional(field.atMost(limits.services, z.record(field.name, serviceSchema))),
  vrrp: z.optional(vrrpSchema),
  segments: field.atMost(limits.segments, z.record(field.name, segmentSchema)),
  nodes: field.atMost(limits.nodes, z.record(field.name, nodeSchema)),
  traffic: z.prefault(field.atMost(limits.traffic, z.array(trafficSchema)), []),
  events: z.prefault(field.atMost(limits.events, z.array(eventSchema)), []),
  expect: z.optional(expectSchema),
});

/** A topology file as it was read: addresses and durations are numbers, defaults are filled in. */
export type Topology = z.output<typeof topologySchema>;
export type ServiceSettings = z.output<typeof serviceSchema>;
export type CheckSettings = z.output<typeof checkSchema>;
export type VrrpSettings = z.output<typeof vrrpSchema>;
export type SegmentSettings = z.output<typeof segmentSchema>;
export type InterfaceSettings = z.output<typeof interfaceSchema>;
export type NodeSettings = z.output<typeof nodeSchema>;
export type EventSettings = z.output<typeof eventSchema>;
export type TrafficSettings = z.output<typeof trafficSchema>;
