import assert from 'node:assert/strict';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { reportOfEvents } from '../../journey/build-report.ts';
import { exampleText, planOf, runLab } from './testbed.ts';

/** The examples with their traffic changed: datagrams, long ones in fragments, and pings. */

const overUdp = (name: string): string =>
  exampleText(name)
    .replace(/\bport: 80(80)?\b/g, 'port: 53')
    .replace('  port: 53\n', '  port: 53\n  protocol: udp\n');
const withTraffic = (text: string, settings: string): string =>
  text.replace(/^ {2}- \{ /gm, `  - { ${settings}, `);

const LONG = 'upload: 2000, response: 3000';
const CASES: Readonly<Record<string, string>> = {
  'dr, UDP': overUdp('dr'),
  'tun, UDP': overUdp('tun'),
  'dnat, UDP': overUdp('dnat'),
  'dnat without snat, UDP': overUdp('dnat-plain'),
  'nat, UDP': withTraffic(exampleText('nat'), 'protocol: udp, port: 53'),
  'dr, fragments': withTraffic(overUdp('dr'), LONG),
  'tun, fragments': withTraffic(overUdp('tun'), LONG),
  'dnat, fragments': withTraffic(overUdp('dnat'), LONG),
  'dnat without snat, fragments': withTraffic(overUdp('dnat-plain'), LONG),
  'nat, fragments': withTraffic(exampleText('nat'), `protocol: udp, port: 53, ${LONG}`),
  'dr, pings': withTraffic(exampleText('dr'), 'protocol: icmp'),
  'tun, pings': withTraffic(exampleText('tun'), 'protocol: icmp'),
  'dnat, pings': withTraffic(exampleText('dnat'), 'protocol: icmp'),
  'nat, pings': withTraffic(exampleText('nat'), 'protocol: icmp'),
  'nat, long pings': withTraffic(exampleText('nat'), 'protocol: icmp, upload: 3000'),
};

describe('datagrams, fragments and pings in the embedded lab', () => {
  for (const [name, text] of Object.entries(CASES)) {
    it(`${name}: answered, and every promise seen is kept`, () => {
      const plan = planOf(text);
      const run = runLab(plan);
      const outcomes = run.outcomes();
      assert.ok(outcomes.length > 0);
      assert.deepEqual([...new Set(outcomes)], ['answered']);
      const report = reportOfEvents(plan, run.events);
      assert.deepEqual(meetsExpectation(report).differences, []);
      assert.equal(report.counters.ambiguousJoins, 0);
      const kinds = new Set(report.flows.map(({ kind }) => kind));
      assert.ok(kinds.has(name.includes('ping') ? 'icmp' : 'udp'));
      const headers = report.promises.find(({ id }) => id === 'headers');
      if (!/fragments|long/.test(name)) assert.equal(headers?.verdict, 'kept');
    });
  }

  it('a datagram to a port nobody serves is refused', () => {
    const text = withTraffic(overUdp('dr'), 'protocol: udp, port: 54');
    assert.deepEqual([...new Set(runLab(planOf(text)).outcomes())], ['refused']);
  });

  it('persistence: each client stays with its server', () => {
    const text = exampleText('dr').replace('  port: 80\n', '  port: 80\n  persistence: 300s\n');
    const run = runLab(planOf(text));
    const report = reportOfEvents(run.plan, run.events);
    const servers = new Map<string, Set<string | undefined>>();
    for (const flow of report.flows.filter(({ kind }) => kind === 'tcp')) {
      const seen = servers.get(flow.client.node) ?? new Set();
      servers.set(flow.client.node, seen.add(flow.server?.node));
    }
    assert.ok(servers.size > 1);
    for (const seen of servers.values()) assert.equal(seen.size, 1);
  });
});
