import assert from 'node:assert/strict';
import { explanationRules } from '../../../src/journey/explanations/explanations.ts';
import { explanationCodes } from '../../../src/lab/topology/findings.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import type { Explanation } from '../../../src/journey/report.ts';
import { golden } from '../../support/golden.ts';
import { reportOf } from '../build-report.ts';
import { causeCases, type Case } from '../cause-cases.ts';
import { dnatTable, drTable, natTable, Story, tunTable, whole, type Table, type Tamper } from '../oracle.ts';
import { dnatText, drText, natText, planOf, tunText } from '../plans.ts';

const story = (text: string) => new Story(planOf(text));
const stopsAt =
  (leg: number, decision: Parameters<Tamper>[0]['decision'] = {}): Tamper =>
  (step) => {
    step.ends = step.leg === leg;
    if (step.ends) step.decision = decision;
  };
const dropped = (reason: 'ports-exhausted' | 'no-connection' | 'no-route', rule = 'schedule' as const) =>
  stopsAt(1, { relation: 'dropped', rule, reason, service: 'service' });
const lostAt =
  (leg: number): Tamper =>
  (step) => {
    step.lost = step.leg === leg;
  };

const hidden = (text: string, setting: string) => text.replace(/(rs1: .*) gateway/, `$1 ${setting}, gateway`);

/** The reply of a server that knows its own way to the client, from its own address. */
const strangers: Table = {
  ...drTable(),
  request: [...drTable().request.slice(0, 2), { ...drTable().request[2]!, destination: '10.0.2.11' }],
  reply: drTable().reply.map((leg) => ({ ...leg, source: '10.0.2.11' })),
};
const oneNetworkDnat = drText
  .replace('model: dr', 'model: dnat')
  .replace('port: 80,', 'port: 80, snat: false,');

const cases: Readonly<Record<string, Case>> = {
  ...causeCases,
  'vip-two-answers': {
    shown: () =>
      story(hidden(drText, 'hideVip: false'))
        .arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director', 'rs1')
        .talk(drTable()),
    setting: 'nodes.rs1.hideVip',
    outcome: 'answered',
    healthy: () =>
      story(hidden(drText, 'hideVip: false'))
        .arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director')
        .talk(drTable()),
  },
  'vip-not-local': {
    shown: () => story(hidden(drText, 'holdVip: false')).talk(drTable(), ['syn', 'syn']),
    setting: 'nodes.rs1.holdVip',
    outcome: 'lost',
    reason: 'vip-not-local',
    healthy: () => story(hidden(drText, 'holdVip: false')).talk(drTable('rs2')),
  },
  'dr-port-map': {
    shown: () =>
      story(drText.replace('servers: [rs1, rs2]', 'servers: { rs1: { port: 8080 }, rs2: {} }')).talk(
        drTable(),
        ['syn', 'rst'],
      ),
    setting: 'service.servers.rs1.port',
    outcome: 'refused',
    reason: 'connection-refused',
    healthy: () =>
      story(drText.replace('servers: [rs1, rs2]', 'servers: { rs1: { port: 8080 }, rs2: {} }')).talk(
        drTable('rs2'),
      ),
  },
  'reverse-path-filter': {
    shown: () => story(hidden(tunText, 'rpFilter: strict')).talk(tunTable(), ['syn']),
    setting: 'nodes.rs1.rpFilter',
    outcome: 'lost',
    reason: 'reverse-path-filter',
    healthy: () => story(hidden(tunText, 'rpFilter: strict')).talk(tunTable()),
  },
  'no-decapsulator': {
    shown: () =>
      story(hidden(tunText, 'decapsulate: false'))
        .talk(tunTable(), ['syn'])
        .icmpError('rs1', 'router', 'back', '10.0.3.11', '10.0.2.2', 3, 2),
    setting: 'nodes.rs1.decapsulate',
    outcome: 'lost',
    reason: 'no-decapsulator',
    healthy: () => story(hidden(tunText, 'decapsulate: false')).talk(tunTable('rs2')),
  },
  'reply-not-rewritten': {
    shown: () => story(oneNetworkDnat).talk(strangers, ['syn', 'syn-ack']).talk(strangerReset(), ['syn']),
    setting: 'nodes.rs1.gateway',
    outcome: 'refused',
    reason: 'reply-from-stranger',
    healthy: () => story(dnatText).talk(dnatTable()),
  },
  'ports-ambiguous': {
    shown: () =>
      story(natText.replace('nat: outside', 'nat: outside, translatePorts: false'))
        .talk(natTable('pc1', 50000, 50000), ['syn'])
        .talk(natTable('pc2', 50000, 50000), ['syn'])
        .talk(natTable('pc1', 50000, 50000), ['syn-ack'], (step) => {
          step.ends = true;
          step.decision = { relation: 'dropped', rule: 'nat-in', reason: 'ambiguous-port' };
        }),
    setting: 'nodes.nat.translatePorts',
    outcome: 'ambiguous',
    healthy: () =>
      story(natText.replace('nat: outside', 'nat: outside, translatePorts: false')).talk(natTable()),
  },
  'ports-exhausted': {
    shown: () => story(dnatText).talk(dnatTable(), ['syn'], dropped('ports-exhausted')),
    setting: 'nodes.director.ports',
    outcome: 'lost',
    reason: 'ports-exhausted',
    healthy: () => story(dnatText).talk(dnatTable()),
  },
  'director-down': {
    shown: () => {
      const told = story(drText);
      for (let i = 0; i < 3; i++, told.nowNs += 1e9) told.talk(drTable(), ['syn'], lostAt(1));
      return told;
    },
    outcome: 'lost',
    reason: 'not-received',
    healthy: () => {
      const one = story(drText).talk(drTable(), ['syn', 'syn'], lostAt(1));
      return one.talk(drTable());
    },
  },
  'no-server': {
    shown: () =>
      story(drText)
        .talk(
          drTable(),
          ['syn'],
          stopsAt(1, { relation: 'caused-error', rule: 'schedule', service: 'service' }),
        )
        .icmpError('director', 'router', 'inside', '10.0.2.100', '10.0.1.10', 3, 3),
    setting: 'service.servers',
    outcome: 'lost',
    reason: 'no-server',
    healthy: () => story(drText).talk(drTable()),
  },
  'server-drained': {
    shown: () =>
      story(drText.replace('servers: [rs1, rs2]', 'servers: { rs1: { weight: 0 }, rs2: {} }'))
        .talk(
          drTable(),
          ['syn'],
          stopsAt(1, {
            relation: 'caused-error',
            rule: 'schedule',
            reason: 'server-drained',
            service: 'service',
            server: 'rs1',
          }),
        )
        .icmpError('director', 'router', 'inside', '10.0.2.100', '10.0.1.10', 3, 3),
    setting: 'service.servers.rs1.weight',
    outcome: 'lost',
    reason: 'server-drained',
    healthy: () => story(drText).talk(drTable()),
  },
  'no-connection': {
    shown: () => story(drText).talk(drTable(), ['ack'], dropped('no-connection')),
    outcome: 'lost',
    reason: 'no-connection',
    healthy: () => story(drText).talk(drTable()),
  },
  'mtu-exceeded': {
    shown: () =>
      story(tunText)
        .talk(tunTable(), ['syn', 'syn-ack', 'ack'])
        .talk(tunTable(), ['get'], stopsAt(1, { relation: 'caused-error', rule: 'mtu' }))
        .icmpError('director', 'router', 'front', '10.0.2.100', '10.0.1.10', 3, 4, 1480),
    setting: 'segments.front.mtu',
    outcome: 'lost',
    reason: 'too-big',
    healthy: () => story(tunText).talk(tunTable()),
  },
  'connection-refused': {
    // By the file it listens: what answers there has stopped.
    shown: () => story(drText).talk(drTable(), ['syn', 'rst']),
    setting: 'nodes.rs1.listen',
    outcome: 'refused',
    reason: 'connection-refused',
    healthy: () => story(drText).talk(drTable()),
  },
  'no-route': {
    shown: () => story(drText).talk(drTable(), ['syn'], dropped('no-route')),
    setting: 'nodes.director.gateway',
    outcome: 'lost',
    reason: 'no-route',
    healthy: () => story(drText).talk(drTable()),
  },
};

/** The client resets what comes from an address it never spoke to. */
function strangerReset(): Table {
  const leg = (from: string, to: string, segment: string, ttl: number) => ({
    ...drTable().request[0]!,
    from,
    to,
    segment,
    ttl,
    destination: '10.0.2.11',
  });
  return {
    ...drTable(),
    request: [leg('client', 'router', 'outside', 64), leg('router', 'rs1', 'inside', 63)],
  };
}

describe('explanations', () => {
  it('are the ones a topology file may expect, each with a case', () => {
    assert.deepEqual(Object.keys(explanationRules).sort(), [...explanationCodes].sort());
    assert.deepEqual(Object.keys(cases).sort(), [...explanationCodes].sort());
  });

  for (const [code, { shown, setting, outcome, reason, healthy }] of Object.entries(cases)) {
    it(`${code}: named from the frames, with its setting and a remedy`, () => {
      const told = shown();
      if (told instanceof Story && code === 'reply-not-rewritten') asReset(told);
      const report = reportOf(told);
      assert.deepEqual(
        report.explanations.map((one) => one.code),
        [code],
      );
      const [explanation] = report.explanations;
      assert.equal(explanation!.setting, setting);
      assert.ok(explanation!.frames.length > 0);
      assert.ok(explanation!.flows.length > 0);
      assert.doesNotMatch(explanation!.text, /[{}]|explanation\./);
      // What never became a frame has its unanswered question for a flow.
      const flow = report.flows.findLast(({ kind }) => kind === 'tcp') ?? report.flows.at(-1)!;
      assert.equal(flow.outcome.kind, outcome);
      if (reason) assert.equal('reason' in flow.outcome && flow.outcome.reason, reason);
    });
    it(`${code}: silent when nothing went wrong`, () => {
      assert.deepEqual(reportOf(healthy()).explanations, []);
    });
  }

  it('say of each cause where it is set, and name its flows, its frames and all that the text is filled with', () => {
    const lines = Object.entries(cases).flatMap(([code, { shown }]) => {
      const told = shown();
      if (told instanceof Story && code === 'reply-not-rewritten') asReset(told);
      return reportOf(told).explanations.map(linesOf);
    });
    golden(import.meta.url, 'causes', lines.join('\n'));
  });

  it('name the interface that is down, and a filter that swallowed the ICMP error', () => {
    const down: Plan = planOf(
      drText.replace('inside: 10.0.2.2 ', 'inside: { address: 10.0.2.2, down: true } '),
    );
    const silent = new Story(down)
      .arp('inside', 'router', '10.0.2.1', '10.0.2.100')
      .talk(drTable(), ['syn'], stopsAt(0));
    silent.nowNs += 1e9;
    silent.arp('inside', 'router', '10.0.2.1', '10.0.2.100');
    const [explanation] = reportOf(silent).explanations;
    assert.equal(explanation?.code, 'director-down');
    assert.equal(explanation?.setting, 'nodes.director.at.inside.down');

    const filtering = story(
      tunText.replace('outside: 10.0.1.10 ', 'outside: { address: 10.0.1.10, drop: [icmp] } '),
    )
      .talk(tunTable(), ['syn', 'syn-ack', 'ack'])
      .talk(tunTable(), ['get'], stopsAt(1, { relation: 'caused-error', rule: 'mtu' }))
      .icmpError('router', 'client', 'outside', '10.0.2.100', '10.0.1.10', 3, 4, 1480);
    assert.equal(reportOf(filtering).explanations[0]?.setting, 'nodes.client.at.outside.drop');
  });

  it('blame no gateway where client and server share a segment', () => {
    const run = runLab(
      planOf(`
model: dnat
service: { vip: 10.0.2.100, port: 80, snat: false }
segments: { lan: 10.0.2.0/24 }
nodes:
  client: { role: client, at: { lan: 10.0.2.10 } }
  director: { role: director, at: { lan: 10.0.2.2 } }
  rs1: { role: server, at: { lan: 10.0.2.11 }, gateway: director }
traffic: [{ count: 1 }]
`),
    );
    const [explanation, ...others] = reportOf(run).explanations;
    assert.deepEqual(others, []);
    assert.equal(explanation?.code, 'reply-not-rewritten');
    assert.equal(explanation.setting, 'service.snat');
    assert.match(explanation.text, /rs1 and client are on one segment/);
  });

  it('name the server that the director could not reach, not the VIP', () => {
    const told = story(drText).talk(
      drTable(),
      ['syn'],
      stopsAt(1, {
        relation: 'dropped',
        rule: 'neighbour',
        reason: 'neighbour-unreachable',
        service: 'service',
        server: 'rs1',
      }),
    );
    assert.match(reportOf(told).explanations[0]!.text, /packet for 10\.0\.2\.11: nobody answered ARP/);
  });

  it('name the receiver that takes no packet so long: nobody says so', () => {
    const short = drText.replace('outside: 10.0.1.1,', 'outside: { address: 10.0.1.1, mtu: 600 },');
    const tooLong: Tamper = (step) => {
      step.payload = 'x'.repeat(561);
      step.lost = step.leg === 0;
    };
    const told = story(short).talk(drTable(), ['syn', 'syn-ack', 'ack']).talk(drTable(), ['get'], tooLong);
    const [explanation] = reportOf(told).explanations;
    assert.equal(explanation?.code, 'mtu-exceeded');
    assert.equal(explanation.setting, 'nodes.router.at.outside.mtu');
    assert.match(explanation.text, /601 bytes to router.*at most 600/);
  });

  it('find nothing in a healthy run of any model', () => {
    for (const [text, table] of [
      [drText, drTable()],
      [tunText, tunTable()],
      [dnatText, dnatTable()],
      [natText, natTable()],
    ] as const) {
      assert.deepEqual(reportOf(story(text).talk(table, whole)).explanations, []);
    }
  });
});

function linesOf({ code, epoch, setting, flows, frames, params, text }: Explanation): string {
  const filled = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return [
    `${code}, epoch ${epoch}: ${setting ?? 'no setting'}`,
    `  flows ${flows.join(' ')}, frames ${frames.join(' ')}`,
    `  ${filled.join('; ')}`,
    `  ${text}`,
    '',
  ].join('\n');
}

/** Turns the last packet played, a SYN, into a reset. */
function asReset({ events }: Story): void {
  for (const event of events.slice(-4)) {
    if (event.kind === 'frame') event.bytes[14 + 20 + 13] = 4;
  }
}
