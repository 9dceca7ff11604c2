import assert from 'node:assert/strict';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { reportOfEvents } from '../../journey/build-report.ts';
import { DATAGRAM_LABS } from './datagram-labs.ts';
import { exampleText, planOf, runLab } from './testbed.ts';

describe('datagrams, fragments and pings in the embedded lab', () => {
  for (const [name, { text, outcome }] of DATAGRAM_LABS) {
    it(`${name}: ${outcome}, and every promise seen is kept`, () => {
      const plan = planOf(text);
      const run = runLab(plan);
      const outcomes = run.outcomes();
      assert.ok(outcomes.length > 0);
      assert.deepEqual([...new Set(outcomes)], [outcome]);
      const report = reportOfEvents(plan, run.events);
      assert.deepEqual(
        report.promises.filter(({ verdict }) => verdict === 'broken'),
        [],
      );
      assert.equal(report.counters.ambiguousJoins, 0);
      const kinds = new Set(report.flows.map(({ kind }) => kind));
      assert.ok(kinds.has(name.includes('ping') ? 'icmp' : 'udp'));
      if (outcome === 'refused') return;
      assert.deepEqual(meetsExpectation(report).differences, []);
      const headers = report.promises.find(({ id }) => id === 'headers');
      if (!/fragments|long/.test(name)) assert.equal(headers?.verdict, 'kept');
    });
  }

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
