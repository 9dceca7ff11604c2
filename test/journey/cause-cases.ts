import { readFileSync } from 'node:fs';
import type { FlowOutcome } from '../../src/journey/report.ts';
import { runLab, SECOND, startLab } from '../lab/embedded/testbed.ts';
import { drTable, Story, type Tamper } from './oracle.ts';
import { DEAF, FIXED_GATEWAY, MUTE, runPair, runWithStop } from './pairs.ts';
import { dnatText, drText, planOf } from './plans.ts';

export interface Case {
  /** Frames, and what hosts told, that show the cause. */
  readonly shown: () => Pick<Story, 'plan' | 'events'>;
  readonly setting?: string;
  readonly outcome: FlowOutcome['kind'];
  readonly reason?: string;
  /** The same setting, but nothing goes wrong: frames decide, not the file. */
  readonly healthy: () => Pick<Story, 'plan' | 'events'>;
}

const once = '\ntraffic: [{ from: client, count: 1 }]\n';
const lab = (text: string, traffic = once) => runLab(planOf(text + traffic));
const sample = (name: string) =>
  readFileSync(new URL(`../cases/${name}.lblab.yaml`, import.meta.url), 'utf8');
const at = (node: 'rs1' | 'rs2', more: string) =>
  drText.replace(new RegExp(`(${node}: .*inside: )(10\\.0\\.2\\.\\d+)`), `$1{ address: $2, ${more} }`);
const gateway = (node: string, value: string) =>
  drText.replace(new RegExp(`(${node}: .*gateway: )router`), `$1${value}`);
const dropped =
  (reason: 'table-full' | 'server-removed' | 'fragment-timeout' | 'bad-checksum'): Tamper =>
  (step) => {
    step.ends = step.leg === 1;
    if (step.ends) step.decision = { relation: 'dropped', rule: 'schedule', reason, service: 'service' };
  };
const story = (text: string) => new Story(planOf(text));
const sound = () => story(drText).talk(drTable());

/** Packets of an open connection, after so long. */
function later(seconds: number): Story {
  const told = story(drText).talk(drTable(), ['syn', 'syn-ack', 'ack', 'get', 'ok']);
  told.nowNs += seconds * 1e9;
  return told.talk(drTable(), ['ack'], (step) => {
    step.ends = step.leg === 1;
    if (step.ends) step.decision = { relation: 'dropped', rule: 'no-entry', reason: 'no-connection' };
  });
}

/** rs1 gets weight 0 and then loses its interface; what came before is its own. */
function drain(after: (text: string) => string) {
  const text = sample('persist-drain');
  const run = startLab(planOf(text));
  run.engine.run(2.5 * SECOND);
  void run.engine.apply(planOf(after(text.replace('rs1: { weight: 1 }', 'rs1: { weight: 0 }'))));
  run.engine.runUntilSettled(1000 * SECOND);
  return run;
}

/** Explanations that hosts' own words have a part in, or settings of the links. */
export const causeCases: Readonly<Record<string, Case>> = {
  'two-masters': {
    shown: () => runPair(DEAF),
    setting: 'nodes.lb2.at.inside.drop',
    outcome: 'answered',
    healthy: () => runPair(),
  },
  'stale-neighbour': {
    shown: () => runWithStop(MUTE),
    setting: 'vrrp.garp.repeat',
    outcome: 'lost',
    reason: 'node-down',
    healthy: () => runWithStop(),
  },
  'gateway-stays': {
    shown: () => runWithStop(FIXED_GATEWAY),
    setting: 'nodes.rs1.gateway',
    outcome: 'lost',
    healthy: () => runPair(FIXED_GATEWAY),
  },
  'table-full': {
    shown: () => story(drText).talk(drTable(), ['syn'], dropped('table-full')),
    setting: 'nodes.director.maxConnections',
    outcome: 'lost',
    reason: 'table-full',
    healthy: sound,
  },
  'server-removed': {
    shown: () => story(drText).talk(drTable(), ['syn'], dropped('server-removed')),
    outcome: 'lost',
    reason: 'server-removed',
    healthy: sound,
  },
  'fragments-lost': {
    shown: () => story(drText).talk(drTable(), ['syn'], dropped('fragment-timeout')),
    outcome: 'lost',
    reason: 'fragment-timeout',
    healthy: sound,
  },
  'bad-packet': {
    shown: () => story(drText).talk(drTable(), ['syn'], dropped('bad-checksum')),
    outcome: 'lost',
    reason: 'bad-checksum',
    healthy: sound,
  },
  'ttl-expired': {
    shown: () =>
      story(drText).talk(drTable(), ['syn'], (step) => {
        step.ends = step.leg === 1;
        if (step.ends) step.decision = { relation: 'caused-error', rule: 'ttl', service: 'service' };
      }),
    outcome: 'lost',
    reason: 'ttl-expired',
    healthy: sound,
  },
  'idle-timeout': {
    shown: () => later(1000),
    setting: 'nodes.director.timeouts.established',
    outcome: 'lost',
    reason: 'no-connection',
    healthy: sound,
  },
  'drained-persistence': {
    shown: () =>
      drain((text) => text.replace('inside: 192.0.2.11 }', 'inside: { address: 192.0.2.11, drop: [tcp] } }')),
    setting: 'nodes.director.expireQuiescentTemplate',
    outcome: 'lost',
    healthy: () => drain((text) => text),
  },
  'no-service-on-port': {
    shown: () => lab(drText, '\ntraffic: [{ from: client, port: 81, count: 1 }]\n'),
    setting: 'traffic.0.port',
    outcome: 'refused',
    reason: 'no-service',
    healthy: () => lab(drText),
  },
  'service-port-mismatch': {
    shown: () =>
      lab(dnatText.replace('gateway: director }\n  rs2', 'gateway: director, listen: 80 }\n  rs2')),
    setting: 'nodes.rs1.listen',
    outcome: 'refused',
    reason: 'connection-refused',
    healthy: () =>
      lab(dnatText.replace('gateway: director }\n  rs2', 'gateway: director, listen: [80, 8080] }\n  rs2')),
  },
  'interface-down': {
    shown: () => lab(at('rs1', 'down: true')),
    setting: 'nodes.rs1.at.inside.down',
    outcome: 'lost',
    reason: 'neighbour-unreachable',
    // Nobody is sent there.
    healthy: () => lab(at('rs2', 'down: true')),
  },
  'node-down': {
    shown: () => {
      const run = startLab(planOf(drText + once));
      run.engine.setNodeNow('rs1', 'stopped');
      run.engine.runUntilSettled(1000 * SECOND);
      return run;
    },
    outcome: 'lost',
    healthy: () => {
      const run = startLab(planOf(drText + once));
      run.engine.setNodeNow('rs2', 'stopped');
      run.engine.runUntilSettled(1000 * SECOND);
      return run;
    },
  },
  'gateway-silent': {
    shown: () => lab(gateway('rs1', '10.0.2.254')),
    setting: 'nodes.rs1.gateway',
    outcome: 'lost',
    reason: 'neighbour-unreachable',
    healthy: () => lab(gateway('rs2', '10.0.2.254')),
  },
  'vip-off-link': {
    shown: () => lab(drText.replace('vip: 10.0.2.100', 'vip: 10.0.1.100')),
    setting: 'service.vip',
    outcome: 'lost',
    healthy: () => lab(drText),
  },
  'nobody-there': {
    shown: () => lab(drText, '\ntraffic: [{ from: client, to: 10.0.2.77, count: 1 }]\n'),
    setting: 'traffic.0.to',
    outcome: 'lost',
    reason: 'host-unreachable',
    healthy: () => lab(drText),
  },
  filtered: {
    shown: () => lab(at('rs1', 'drop: [tcp]')),
    setting: 'nodes.rs1.at.inside.drop',
    outcome: 'lost',
    reason: 'filtered',
    healthy: () => lab(at('rs1', 'drop: [udp]')),
  },
  'no-forwarding': {
    shown: () => lab(gateway('rs1', 'director')),
    setting: 'nodes.rs1.gateway',
    outcome: 'lost',
    // The director has the reply's source, the VIP, itself.
    reason: 'martian-source',
    healthy: () => lab(gateway('rs2', 'director')),
  },
  'link-loss': {
    shown: () => lab(at('rs1', 'loss: 100%')),
    setting: 'nodes.rs1.at.inside.loss',
    outcome: 'lost',
    healthy: () => lab(at('rs2', 'loss: 100%')),
  },
  'slow-link': {
    shown: () => lab(at('rs1', 'delay: 10s')),
    setting: 'nodes.rs1.at.inside.delay',
    outcome: 'lost',
    healthy: () => lab(at('rs1', 'delay: 20ms')),
  },
  'client-gave-up': {
    shown: () => lab(drText, once.replace('count: 1', 'count: 1, timeout: 1ms')),
    setting: 'traffic.0.timeout',
    outcome: 'lost',
    reason: 'client-gave-up',
    healthy: () => lab(drText, once.replace('count: 1', 'count: 1, timeout: 100ms')),
  },
};
