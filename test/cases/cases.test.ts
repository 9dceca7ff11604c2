import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Explanation, FlowOutcome, Report } from '../../src/journey/report.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { planOf, runLab, SECOND, startLab } from '../lab/embedded/testbed.ts';
import { reportOf } from '../journey/build-report.ts';

/** Small labs in which one thing is wrong, from the reviews: what each must say. */
interface Case {
  readonly code: string;
  readonly setting: string;
  /** In the text, each. */
  readonly says: readonly (string | RegExp)[];
  /** Not in the text. */
  readonly silent?: RegExp;
  readonly outcome?: FlowOutcome['kind'];
  /** Where it was lost. */
  readonly at?: string;
}

const cases: Readonly<Record<string, Case>> = {
  'dr-gateway-wrong-udp': {
    code: 'gateway-silent',
    setting: 'nodes.rs1.gateway',
    says: ['203.0.113.254', 'rs1', 'ARP'],
    outcome: 'lost',
    at: 'rs1',
  },
  'server-firewall': {
    code: 'filtered',
    setting: 'nodes.rs1.at.front.drop',
    says: ['rs1', 'ipip'],
    outcome: 'lost',
  },
  'arp-loss-mtu': {
    code: 'link-loss',
    setting: 'nodes.rs1.at.front.loss',
    says: ['60%'],
    silent: /MTU|2048/,
    outcome: 'lost',
  },
  'dr-loss': {
    code: 'link-loss',
    setting: 'nodes.director.at.inside.loss',
    says: ['60%', 'director'],
    silent: /MTU|2048/,
    outcome: 'lost',
  },
  'pmtu-dr': {
    code: 'mtu-exceeded',
    setting: 'segments.narrow.mtu',
    says: ['1400', 'narrow', 'router'],
    silent: /[Tt]unnel/,
  },
  'router-urpf': {
    code: 'reverse-path-filter',
    setting: 'nodes.router.rpFilter',
    says: ['It was the reply', 'router', '203.0.113.100'],
    outcome: 'lost',
    at: 'router',
  },
  'server-iface-down-tun': {
    code: 'interface-down',
    setting: 'nodes.rs1.at.farm.down',
    says: ['192.0.2.11', 'rs1', 'farm'],
    silent: /203\.0\.113\.100/,
    outcome: 'lost',
  },
  'service-port-mismatch': {
    code: 'service-port-mismatch',
    setting: 'nodes.rs2.listen',
    says: ['192.0.2.12:8080', 'nodes.rs2.listen', 'service.servers.rs2.port'],
    silent: /203\.0\.113\.100/,
    outcome: 'refused',
  },
  'no-service-port': {
    code: 'no-service-on-port',
    setting: 'traffic.0.port',
    says: ['443', 'no service', 'TCP 80'],
    silent: /Start the server/,
    outcome: 'refused',
  },
  'idle-timeout': {
    code: 'idle-timeout',
    setting: 'nodes.director.timeouts.established',
    says: ['established', '300ms', 'keepalives'],
  },
  'dr-gw-director': {
    code: 'no-forwarding',
    setting: 'nodes.rs1.gateway',
    says: ['rs1', 'director', 'passes nothing on'],
    outcome: 'lost',
  },
  'tun-mtu-blackhole': {
    code: 'mtu-exceeded',
    setting: 'nodes.client.at.outside.drop',
    says: ['1480', 'tunnel', 'segments.front.mtu'],
    outcome: 'lost',
  },
};

function textOf(name: string): string {
  return readFileSync(new URL(`${name}.lblab.yaml`, import.meta.url), 'utf8');
}

function checkText({ text }: Explanation, { says, silent }: Pick<Case, 'says' | 'silent'>): void {
  for (const words of says)
    assert.ok(typeof words === 'string' ? text.includes(words) : words.test(text), text);
  if (silent) assert.doesNotMatch(text, silent);
  assert.doesNotMatch(text, /[{}]|explanation\.|reason\./);
}

function checkOutcome({ flows }: Report, { outcome, at }: Case): void {
  const failed = flows.filter(({ kind, outcome: { kind: end } }) => kind !== 'arp' && end === outcome);
  assert.ok(failed.length > 0, `some flow is ${outcome}`);
  if (at) for (const flow of failed) assert.equal('at' in flow.outcome && flow.outcome.at, at);
}

describe('cases', () => {
  for (const [name, wanted] of Object.entries(cases)) {
    it(`${name}: ${wanted.code}, ${wanted.setting}`, () => {
      const report = reportOf(runLab(planOf(textOf(name))));
      assert.deepEqual(
        report.explanations.map(({ code, setting }) => [code, setting]),
        [[wanted.code, wanted.setting]],
      );
      checkText(report.explanations[0]!, wanted);
      if (wanted.outcome) checkOutcome(report, wanted);
    });
  }

  it('persist-drain: persistence chooses a drained server, and the switch that ends it', async () => {
    const text = textOf('persist-drain');
    const run = startLab(planOf(text));
    run.engine.run(3 * SECOND);
    const drained = text
      .replace('rs1: { weight: 1 }', 'rs1: { weight: 0 }')
      .replace('inside: 192.0.2.11 }', 'inside: { address: 192.0.2.11, down: true } }');
    await run.engine.apply(planOf(drained));
    assert.ok(run.engine.runUntilSettled(1000 * SECOND));
    const report = reportOf(run);
    assert.deepEqual(
      report.explanations.map(({ code, setting, epoch }) => [code, setting, epoch]),
      [['drained-persistence', 'nodes.director.expireQuiescentTemplate', 1]],
    );
    checkText(report.explanations[0]!, {
      says: ['rs1', 'weight 0', 'expire_quiescent_template'],
      silent: /ARP|route/,
    });
  });

  it('dr-gw-director: the check points at the gateway of the server', () => {
    const text = textOf('dr-gw-director');
    const { problems } = loadTopology(text, 'test');
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['no-path-back'],
    );
    const { start, end } = problems[0]!.range;
    assert.equal(text.slice(start.offset, end.offset), 'director');
    assert.match(text.split('\n')[start.line - 1]!, /^ {2}rs1:/);
    assert.equal(problems[0]!.params?.['node'], 'rs1');
  });

  it('one-machine-two-roles: one error, about the role', () => {
    const { problems, plan } = loadTopology(textOf('one-machine-two-roles'), 'test');
    assert.equal(plan, undefined);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['wrong-role'],
    );
  });
});
