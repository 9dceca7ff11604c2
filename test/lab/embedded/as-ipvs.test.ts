import assert from 'node:assert/strict';
import type { DecisionEvent } from '../../../src/lab/events.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';
import { planOf, runLab, SECOND, startLab, type Run } from './testbed.ts';

/** What a file or an edit asks of the forwarder reaches it, in a whole lab. */

interface Variant {
  readonly service?: string;
  readonly servers?: string;
  readonly director?: string;
  readonly traffic?: string;
}

const CLIENTS = [1, 2, 3, 4, 5, 6, 7, 8];

function dr({ service = '', servers = '', director = '', traffic = '{ count: 1 }' }: Variant): string {
  return `
model: dr
service: { vip: 203.0.113.100, port: 80, servers: ${servers}${service} }
segments: { outside: 198.51.100.0/24, front: 203.0.113.0/24 }
nodes:
${CLIENTS.map((n) => `  c${n}: { role: client, at: { outside: 198.51.100.1${n} }, gateway: router }`).join('\n')}
  router:   { role: router,   at: { outside: 198.51.100.1, front: 203.0.113.1 } }
  director: { role: director, at: { front: 203.0.113.2 }, gateway: router${director} }
${['rs1', 'rs2', 'rs3', 'rs4'].map((name, i) => `  ${name}: { role: server, at: { front: 203.0.113.2${i + 1} }, gateway: router }`).join('\n')}
traffic: [${traffic}]
`;
}

const weights = (...all: number[]): string =>
  `{ ${all.map((weight, i) => `rs${i + 1}: { weight: ${weight} }`).join(', ')} }`;

const decisions = (run: Run): DecisionEvent[] => run.events.filter((event) => event.kind === 'decision');

/** Of each first packet, in order: the server it went to, or why it went nowhere. */
const scheduled = (run: Run): string[] =>
  decisions(run)
    .filter(({ rule, relation }) => rule === 'schedule' && relation !== 'held')
    .map(({ server, reason }) => reason ?? server ?? '');

/** By client: which server has seen it. */
const servedBy = (run: Run): string[] =>
  CLIENTS.map((n) => {
    const address = parseIpv4(`198.51.100.1${n}`)!;
    const seen = (name: string): boolean =>
      run.engine.nodeStateNow(name)!.seenClients.some((client) => client.address === address);
    return ['rs1', 'rs2', 'rs3', 'rs4'].find(seen) ?? 'nobody';
  });

describe('a lab as IPVS has it', () => {
  it('sh: when a server is drained nobody moves, and its clients are refused; fallback lets them go on', () => {
    const run = (servers: string, flags = ''): Run =>
      runLab(planOf(dr({ servers, service: `, scheduler: sh${flags}` })));
    const before = servedBy(run(weights(1, 1, 1, 1)));
    assert.deepEqual([before.length, new Set(before).size], [8, 4]);
    const drained = run(weights(1, 0, 1, 1));
    assert.deepEqual(
      servedBy(drained),
      before.map((server) => (server === 'rs2' ? 'nobody' : server)),
    );
    assert.ok(scheduled(drained).includes('server-drained'));
    for (const [i, server] of servedBy(run(weights(1, 0, 1, 1), ', schedulerFlags: [fallback]')).entries()) {
      if (before[i] === 'rs2') assert.match(server, /rs[134]/);
      else assert.equal(server, before[i]);
    }
  });

  it('a source port that is used again stays with its server, unless connReuseMode is 2', () => {
    const traffic = '{ from: c1, count: 4, every: 2s, sourcePort: 40000 }';
    const servers = '[rs1, rs2]';
    assert.deepEqual(scheduled(runLab(planOf(dr({ servers, traffic })))), ['rs1']);
    const always = runLab(planOf(dr({ servers, traffic, director: ', connReuseMode: 2' })));
    assert.deepEqual(scheduled(always), ['rs1', 'rs2', 'rs1', 'rs2']);
  });

  it('an edit of these settings reaches the running forwarder', () => {
    const base = { service: ', persistence: 300s', traffic: '{ from: c1, count: 8, every: 1s }' };
    const run = startLab(planOf(dr({ ...base, servers: '[rs1, rs2]' })));
    run.engine.run(2.5 * SECOND);
    const edit = (director: string): unknown =>
      run.engine.apply(planOf(dr({ ...base, servers: weights(0, 1), director })));
    void edit('');
    run.engine.run(2 * SECOND);
    assert.deepEqual(new Set(scheduled(run)), new Set(['rs1']), 'persistence keeps its drained server');
    void edit(', expireQuiescentTemplate: true');
    run.engine.runUntilSettled(100 * SECOND);
    assert.deepEqual(scheduled(run).slice(-3), ['rs2', 'rs2', 'rs2']);
  });

  it('a segment of a connection that the director has forgotten is reset, unless noEntry says drop', () => {
    const forgets = ', timeouts: { established: 300ms }';
    const traffic = '{ from: c1, count: 1, response: 60KB, timeout: 20s }';
    const lab = (director: string): Run => {
      const text = dr({ servers: '[rs1]', traffic, director: forgets + director });
      return runLab(
        planOf(text.replace('front: 203.0.113.21 }', 'front: { address: 203.0.113.21, delay: 600ms } }')),
      );
    };
    const rules = (run: Run): Set<string> =>
      new Set(decisions(run).map(({ relation, rule }) => `${relation} ${rule}`));
    assert.ok(rules(lab('')).has('answered no-entry'));
    assert.ok(rules(lab(', noEntry: drop')).has('dropped no-entry'));
  });
});
