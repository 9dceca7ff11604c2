import assert from 'node:assert/strict';
import type { NodeState } from '../../../src/lab/node-state.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';
import { SECOND, describeFrame, planOf, runLab, startLab, type Run } from './testbed.ts';

interface Variant {
  readonly servers?: string;
  readonly scheduler?: string;
  readonly traffic?: string;
  readonly rs1?: string;
  readonly clientAt?: string;
  readonly more?: string;
}

const base = {
  servers: '{ rs1: {}, rs2: {} }',
  scheduler: 'wrr',
  traffic: '[]',
  rs1: '',
  clientAt: '10.0.1.10',
  more: '',
};

function dr(variant: Variant = {}): string {
  const { servers, scheduler, traffic, rs1, clientAt, more } = { ...base, ...variant };
  return `
model: dr
service: { vip: 10.0.2.100, port: 80, scheduler: ${scheduler}, servers: ${servers} }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: ${clientAt} }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },  gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: router${rs1} }
  rs2:      { role: server,   at: { inside: 10.0.2.12 }, gateway: router }
${more}
traffic: ${traffic}
`;
}

/** Over a slow line, so that the request is still open while something changes. */
const slow = {
  traffic: '[{ count: 1, response: 60000, timeout: 60s }]',
  clientAt: '{ address: 10.0.1.10, delay: 200ms }',
};

const neighbour = (state: NodeState | undefined, address: string) =>
  state?.neighbours.find((entry) => entry.address === parseIpv4(address))?.mac;

function change(run: Run, variant: Variant): void {
  void run.engine.apply(planOf(dr(variant)));
}

describe('EmbeddedEngine.apply', () => {
  it('a changed weight leaves an open connection alone', () => {
    const run = startLab(planOf(dr(slow)));
    run.engine.run(0.7 * SECOND);
    assert.equal(run.engine.nodeStateNow('client')!.sockets[0]?.state, 'established');
    change(run, { ...slow, servers: '{ rs1: { weight: 0 }, rs2: { weight: 5 } }' });
    assert.ok(run.engine.runUntilSettled(100 * SECOND));
    assert.deepEqual(run.outcomes(), ['answered']);
    assert.equal(run.engine.nodeStateNow('rs1')!.seenClients.length, 1);
    void run.engine.request();
    run.engine.runUntilSettled(100 * SECOND);
    assert.equal(run.engine.nodeStateNow('rs2')!.seenClients.length, 1, 'new connections go elsewhere');
  });

  it('tells the change before its consequences, as the next epoch', () => {
    const run = runLab(planOf(dr()));
    const before = run.events.length;
    change(run, { more: '  rs3: { role: server, at: { inside: 10.0.2.13 }, gateway: router }' });
    const [told, node] = run.events.slice(before);
    assert.ok(told?.kind === 'plan' && told.epoch === 1 && told.durationNs === 0);
    assert.ok(told.changes.some(({ kind }) => kind === 'node-added'));
    assert.ok(node?.kind === 'node' && node.node === 'rs3' && node.state === 'running');
  });

  it('does nothing when nothing changed', () => {
    const run = runLab(planOf(dr()));
    const before = run.events.length;
    change(run, {});
    assert.equal(run.events.length, before);
  });

  it('a changed node keeps its neighbours and its connections', () => {
    const run = startLab(planOf(dr(slow)));
    run.engine.run(0.7 * SECOND);
    change(run, { ...slow, rs1: ', rpFilter: loose' });
    assert.notEqual(neighbour(run.engine.nodeStateNow('rs1'), '10.0.2.1'), undefined);
    assert.ok(run.engine.runUntilSettled(100 * SECOND));
    assert.deepEqual(run.outcomes(), ['answered']);
  });

  it('a removed node is gone, its connections with it', () => {
    const run = startLab(planOf(dr({ ...slow, servers: '{ rs1: {} }' })));
    run.engine.run(0.7 * SECOND);
    const plan = planOf(dr({ ...slow, servers: '{ rs1: {} }' }));
    void run.engine.apply({ ...plan, nodes: plan.nodes.filter(({ name }) => name !== 'rs1') });
    assert.equal(run.engine.nodeStateNow('rs1'), undefined);
    assert.ok(
      run.events.some((event) => event.kind === 'node' && event.node === 'rs1' && event.state === 'stopped'),
    );
    const from = run.events.length;
    run.engine.runUntilSettled(100 * SECOND);
    assert.ok(!run.events.slice(from).some((event) => event.kind === 'frame' && event.node === 'rs1'));
    assert.deepEqual(run.outcomes(), ['partial']);
  });

  it('an added server takes part', () => {
    const run = runLab(planOf(dr({ servers: '{ rs1: {} }', traffic: '[{ count: 2 }]' })));
    change(run, { servers: '{ rs1: { weight: 0 }, rs2: {} }', traffic: '[{ count: 2 }]' });
    void run.engine.request();
    run.engine.runUntilSettled(100 * SECOND);
    assert.equal(run.engine.nodeStateNow('rs2')!.seenClients.length, 1);
  });

  it('a VIP that is no longer hidden is forgotten by those who knew who answers', () => {
    const traffic = '[{ count: 1 }]';
    const run = runLab(planOf(dr({ traffic })));
    assert.notEqual(neighbour(run.engine.nodeStateNow('router'), '10.0.2.100'), undefined);
    change(run, { traffic, rs1: ', hideVip: false' });
    const told = run.events.findLast((event) => event.kind === 'plan')!;
    assert.deepEqual(told.forgotten, [{ segment: 'inside', address: parseIpv4('10.0.2.100')! }]);
    assert.equal(neighbour(run.engine.nodeStateNow('router'), '10.0.2.100'), undefined);
    assert.notEqual(neighbour(run.engine.nodeStateNow('router'), '10.0.2.11'), undefined);
    const from = run.frames().length;
    void run.engine.request();
    run.engine.runUntilSettled(100 * SECOND);
    const answers = run
      .frames()
      .slice(from)
      .filter(({ node, direction }) => node === 'router' && direction === 'in')
      .map(({ bytes }) => describeFrame(run.plan, bytes))
      .filter((line) => line.includes('10.0.2.100 is at'));
    assert.equal(answers.length, 2);
  });

  it('a changed MAC is found again, by the director too', () => {
    const traffic = '[{ count: 1 }]';
    const servers = '{ rs1: {} }';
    const text = dr({ traffic, servers });
    const run = runLab(planOf(text));
    const changed = planOf(
      text.replace('inside: 10.0.2.11', 'inside: { address: 10.0.2.11, mac: "02:00:00:00:0c:0c" }'),
    );
    void run.engine.apply(changed);
    void run.engine.request();
    assert.ok(run.engine.runUntilSettled(100 * SECOND));
    assert.deepEqual(run.outcomes(), ['answered', 'answered']);
  });

  it('changed traffic starts again, the rest goes on', () => {
    const kept = '{ count: 3, every: 2s, request: GET /kept }';
    const run = startLab(planOf(dr({ traffic: `[${kept}, { count: 2, every: 10s }]` })));
    run.engine.run(3 * SECOND);
    change(run, { traffic: `[{ count: 2, every: 20s }, ${kept}]` });
    assert.ok(run.engine.runUntilSettled(1000 * SECOND));
    const starts = (request: string) =>
      run
        .ends()
        .filter(({ entry }) => entry.request === request)
        .map(({ startNs }) => startNs / SECOND);
    assert.deepEqual(starts('GET /kept'), [0, 2, 4]);
    assert.deepEqual(starts('GET /'), [0, 3, 23]);
  });

  it('an interface that goes down and up again works', () => {
    const traffic = '[{ count: 1 }]';
    const run = runLab(planOf(dr({ traffic })));
    change(run, { traffic, clientAt: '{ address: 10.0.1.10, down: true }' });
    void run.engine.request();
    run.engine.runUntilSettled(100 * SECOND);
    change(run, { traffic });
    void run.engine.request();
    run.engine.runUntilSettled(100 * SECOND);
    assert.deepEqual(run.outcomes(), ['answered', 'unreachable', 'answered']);
  });

  it('after a stop nothing happens any more', async () => {
    const run = startLab(planOf(dr(slow)));
    run.engine.run(0.7 * SECOND);
    await run.engine.stop();
    const stopped = run.events.filter((event) => event.kind === 'node' && event.state === 'stopped');
    assert.equal(stopped.length, run.plan.nodes.length);
    const before = run.events.length;
    run.engine.run(100 * SECOND);
    assert.equal(run.events.length, before);
  });
});
