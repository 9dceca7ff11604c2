import assert from 'node:assert/strict';
import { planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOf } from '../build-report.ts';

/** A load on two servers, the second of which is wrong in some way. */
const load = (rs2: string, service = '') => `
model: dr
service: { vip: 10.0.1.100, port: 80, ${service} }
segments: { lan: 10.0.1.0/24 }
nodes:
  client: { role: client, at: { lan: 10.0.1.10 } }
  director: { role: director, at: { lan: 10.0.1.2 } }
  rs1: { role: server, at: { lan: 10.0.1.11 } }
  rs2: { role: server, ${rs2} }
traffic: [{ from: client, load: { connections: 2, for: 5s } }]
`;
const RS2 = 'at: { lan: 10.0.1.12 }';

describe('a load, some of whose requests fail', () => {
  const rows: readonly (readonly [name: string, text: string, code: string, setting: string])[] = [
    [
      'by a filter',
      load('at: { lan: { address: 10.0.1.12, drop: [tcp] } }'),
      'filtered',
      'nodes.rs2.at.lan.drop',
    ],
    ['for nobody listens', load(`${RS2}, listen: [81]`), 'service-port-mismatch', 'nodes.rs2.listen'],
    ['for a server has no VIP', load(`${RS2}, holdVip: false`), 'vip-not-local', 'nodes.rs2.holdVip'],
    [
      'at an interface that is down',
      load('at: { lan: { address: 10.0.1.12, down: true } }'),
      'interface-down',
      'nodes.rs2.at.lan.down',
    ],
    [
      'for no server takes it',
      load(RS2, 'servers: { rs1: { weight: 0 }, rs2: { weight: 0 } }'),
      'no-server',
      'service.servers',
    ],
  ];
  for (const [name, text, code, setting] of rows)
    it(`${name} is told why`, () => {
      const { requests, explanations } = reportOf(runLab(planOf(text)));
      assert.ok(requests[0]!.load!.errors > 0);
      assert.deepEqual(
        explanations.map((one) => [one.code, one.setting]),
        [[code, setting]],
      );
    });

  it('and of one that did well nothing is told', () => {
    const { requests, explanations } = reportOf(runLab(planOf(load(RS2))));
    assert.deepEqual([requests[0]!.outcome, explanations], ['answered', []]);
  });
});
