import assert from 'node:assert/strict';
import { SECOND, exampleText, planOf, startLab, type Run } from './testbed.ts';

/** A lab without traffic of its own. */
function idleLab(name = 'dr'): Run {
  const plan = planOf(exampleText(name), name);
  return startLab({ ...plan, traffic: plan.traffic.map((entry) => ({ ...entry, count: 0 })) });
}

function request(run: Run): string {
  void run.engine.request();
  assert.ok(run.engine.runUntilSettled(1000 * SECOND));
  return run.outcomes().at(-1)!;
}

const states = (run: Run, name: string) =>
  run.events.flatMap((event) => (event.kind === 'node' && event.node === name ? [event.state] : []));

describe('A node stopped or paused by hand', () => {
  it('a stopped director serves nobody; started again it does', () => {
    const run = idleLab();
    assert.equal(request(run), 'answered');
    assert.ok(run.engine.setNodeNow('director', 'stopped'));
    assert.equal(request(run), 'timed-out');
    assert.equal(run.engine.setNodeNow('director', 'paused'), false);
    assert.ok(run.engine.setNodeNow('director', 'running'));
    assert.equal(request(run), 'answered');
    assert.deepEqual(states(run, 'director'), ['running', 'stopped', 'running']);
  });

  it('a paused director is silent about the VIP, its kernel is not', () => {
    const run = idleLab();
    run.engine.setNodeNow('director', 'paused');
    assert.equal(request(run), 'timed-out');
    run.engine.setNodeNow('director', 'running');
    assert.equal(request(run), 'answered');
    assert.deepEqual(states(run, 'director'), ['running', 'paused', 'running']);
  });

  it('a paused server accepts and answers once it goes on', () => {
    const run = idleLab();
    run.engine.setNodeNow('rs1', 'paused');
    void run.engine.request();
    run.engine.run(1 * SECOND);
    assert.deepEqual(run.outcomes(), []);
    assert.equal(run.engine.nodeStateNow('rs1')!.sockets[0]?.state, 'established');
    run.engine.setNodeNow('rs1', 'running');
    assert.ok(run.engine.runUntilSettled(10 * SECOND));
    assert.deepEqual(run.outcomes(), ['answered']);
  });

  it('stays stopped when the plan changes', async () => {
    const run = idleLab();
    run.engine.setNodeNow('rs1', 'stopped');
    await run.engine.apply({
      ...run.plan,
      nodes: run.plan.nodes.map((node) => ({ ...node, listen: [80, 81] })),
    });
    assert.equal(run.engine.nodeStateNow('rs1'), undefined);
    run.engine.setNodeNow('rs1', 'running');
    assert.equal(request(run), 'answered');
  });

  it('knows no other nodes', () => {
    assert.equal(idleLab().engine.setNodeNow('nobody', 'stopped'), false);
  });
});
