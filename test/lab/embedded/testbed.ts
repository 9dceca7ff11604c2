import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EmbeddedEngine, type EmbeddedOptions } from '../../../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { formatIpv4, formatMac, type Mac } from '../../../src/packet/address.ts';
import { decodeFrame } from '../../../src/packet/decode.ts';
import type { Layer } from '../../../src/packet/layers.ts';
import { endsIn, type Ended } from '../request-ends.ts';

export const SECOND = 1e9;

export function planOf(text: string, name = 'test'): Plan {
  const { plan, problems } = loadTopology(text, name);
  assert.ok(plan, JSON.stringify(problems, undefined, 1));
  return plan;
}

/** `dr`, or `lessons/vip-not-hidden`. */
export function exampleText(name: string): string {
  return readFileSync(new URL(`../../../examples/${name}.lblab.yaml`, import.meta.url), 'utf8');
}

export interface Run {
  readonly engine: EmbeddedEngine;
  readonly plan: Plan;
  readonly events: LabEvent[];
  /** How the requests ended, in the order in which they did. */
  readonly ends: () => Ended[];
  readonly outcomes: () => string[];
  readonly frames: () => FrameEvent[];
}

/** A started lab with the virtual pace. */
export function startLab(plan: Plan, options: EmbeddedOptions = {}): Run {
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan, (told) => events.push(...told), { startedAt: 'T', ...options });
  engine.startNow();
  return {
    engine,
    plan,
    events,
    ends: () => endsIn(events),
    outcomes: () => endsIn(events).map(({ outcome }) => outcome),
    frames: () => events.filter((event) => event.kind === 'frame'),
  };
}

/** The same, run until it has settled. */
export function runLab(plan: Plan, options: EmbeddedOptions = {}): Run {
  const run = startLab(plan, options);
  assert.ok(run.engine.runUntilSettled(1000 * SECOND), 'settles');
  return run;
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK'];

/** One frame as a person would write it: `client→router 10.0.1.10→10.0.2.100 64 SYN`. Nodes stand for their MACs. */
export function describeFrame(plan: Plan, bytes: Uint8Array): string {
  const owners = new Map(
    plan.nodes.flatMap((node) => node.interfaces.map(({ mac }) => [mac, node.name] as const)),
  );
  const owner = (mac: Mac) => (mac === 0xffff_ffff_ffff ? '*' : (owners.get(mac) ?? formatMac(mac)));
  const words = decodeFrame(bytes).layers.flatMap((layer) => describeLayer(layer, owner));
  return words.join(' ');
}

function describeLayer(layer: Layer, owner: (mac: Mac) => string): string[] {
  switch (layer.kind) {
    case 'ethernet':
      return [`${owner(layer.source)}→${owner(layer.destination)}`];
    case 'arp':
      return layer.operation === 1
        ? [`who has ${formatIpv4(layer.targetIp)} tell ${formatIpv4(layer.senderIp)}`]
        : [`${formatIpv4(layer.senderIp)} is at ${owner(layer.senderMac)}`];
    case 'ipv4':
      return [`${formatIpv4(layer.source)}→${formatIpv4(layer.destination)} ${layer.ttl}`];
    case 'tcp':
      return [FLAGS.filter((_, bit) => layer.flags & (1 << bit)).join('+')];
    case 'udp':
      return [`UDP ${layer.destinationPort}`];
    case 'gue':
      return [`GUE ${layer.protocol}`];
    case 'icmp':
      return [`ICMP ${layer.type}/${layer.code}`];
    case 'vrrp':
      return [`VRRP ${layer.virtualRouter} priority ${layer.priority}`];
    case 'payload':
      return [String(layer.end - layer.start)];
  }
}

/** Frames as they were sent, `who.segment` left out: the sender is in the MAC. */
export function sentLines(run: Run, keep: (line: string) => boolean = () => true): string[] {
  return run
    .frames()
    .filter(({ direction }) => direction === 'out')
    .map(({ bytes }) => describeFrame(run.plan, bytes))
    .filter(keep);
}
