import assert from 'node:assert/strict';
import type { HealthEvent } from '../../../src/lab/events.ts';
import { checked, dr, edit } from '../topology/fixtures.ts';
import { describeFrame, planOf, runLab, SECOND, startLab, type Run } from './testbed.ts';

const CHECK = 'check: { http: GET /, every: 2s, retry: 2, retryDelay: 500ms, timeout: 200ms }';
const plain = (check: string, ...edits: readonly (readonly [string, string])[]) =>
  edit(dr, ['port: 80\n', `port: 80\n  ${check}\n`], ...edits);
const withEvents = (text: string, events: string): Run => startLab(planOf(`${text}events:\n${events}`));

function concluded({ events }: Run): string[] {
  return events
    .filter((event): event is HealthEvent => event.kind === 'health')
    .map(({ timeNs, server, isUp, result, failures, isDrained, serving, sorry }) =>
      [
        `${Math.floor(timeNs / 1e6)} ${server} ${isUp ? 'up' : isDrained ? 'drained' : 'down'}: ${result}`,
        failures === undefined ? '' : `×${failures}`,
        `→ ${serving.join()}`,
        sorry ? `${sorry.server} ${sorry.serves ? 'serves' : 'rests'}` : '',
      ]
        .filter(Boolean)
        .join(' '),
    );
}

/** Of the probes of one server, what was sent by whom. */
function probeLines(run: Run, port: number): string[] {
  return run
    .frames()
    .filter(({ direction }) => direction === 'out')
    .map(({ bytes }) => ({ line: describeFrame(run.plan, bytes), bytes }))
    .filter(({ bytes }) =>
      [34, 36].some((at) => bytes.length > at + 1 && ((bytes[at]! << 8) | bytes[at + 1]!) === port),
    )
    .map(({ line }) => line);
}

/** Of each connection of clients, in their order: a packet may wait for a neighbour, and is then decided about twice. */
const servedBy = ({ events }: Run): string[] => {
  const servers = new Map<number, string>();
  for (const event of events)
    if (event.kind === 'decision' && event.rule === 'schedule' && event.server)
      servers.set(event.connection!, event.server);
  return [...servers.values()];
};

describe('health checks in memory', () => {
  it('stand still while the director does, also when a setting changes meanwhile', () => {
    const run = withEvents(
      plain(CHECK),
      '  - { at: 2500ms, pause: director }\n  - { at: 3s, set: service.check.retry, to: 1 }\n',
    );
    run.engine.run(12 * SECOND);
    const probes = run
      .frames()
      .filter(
        ({ node, direction, timeNs }) => node === 'director' && direction === 'out' && timeNs > 2.6 * SECOND,
      );
    assert.deepEqual(probes, []);
  });

  it('are connections of the director’s own to the server’s own address', () => {
    const run = startLab(planOf(plain(CHECK)));
    run.engine.run(0.5 * SECOND);
    assert.deepEqual(probeLines(run, 30_000), [
      'director→rs1 10.0.2.2→10.0.2.11 64 SYN',
      'rs1→director 10.0.2.11→10.0.2.2 64 SYN+ACK',
      'director→rs1 10.0.2.2→10.0.2.11 64 ACK',
      'director→rs1 10.0.2.2→10.0.2.11 64 PSH+ACK 55',
      'rs1→director 10.0.2.11→10.0.2.2 64 ACK',
      'rs1→director 10.0.2.11→10.0.2.2 64 PSH+ACK 86',
      'director→rs1 10.0.2.2→10.0.2.11 64 ACK',
      'director→rs1 10.0.2.2→10.0.2.11 64 FIN+ACK',
      'rs1→director 10.0.2.11→10.0.2.2 64 FIN+ACK',
      'director→rs1 10.0.2.2→10.0.2.11 64 ACK',
    ]);
  });

  it('take a server out when as many fail as have to, and bring it back at one answer', () => {
    const run = withEvents(plain(CHECK), '  - { at: 2500ms, stop: rs2 }\n  - { at: 8s, start: rs2 }\n');
    run.engine.run(12 * SECOND);
    assert.deepEqual(concluded(run), [
      '4600 rs2 down: timed-out ×3 → rs1',
      '8801 rs2 up: answered → rs1,rs2',
    ]);
  });

  it('say how a probe failed: refused, no answer, the wrong status', () => {
    const stopped = withEvents(plain(CHECK), '  - { at: 1500ms, set: nodes.rs2.listen, to: 81 }\n');
    stopped.engine.run(6 * SECOND);
    assert.deepEqual(concluded(stopped), ['4000 rs2 down: refused ×3 → rs1']);
    const status = startLab(planOf(plain('check: { http: GET /, status: 204 }')));
    status.engine.run(6 * SECOND);
    assert.deepEqual(concluded(status), [
      '0 rs1 down: wrong-status ×1 → rs2',
      '2500 rs2 down: wrong-status ×1 → ',
    ]);
  });

  for (const check of ['tcp: true', 'ping: true', 'http: GET /']) {
    for (const model of ['dr', 'tun', 'dnat']) {
      it(`${check} in ${model}: quiet while all is well, and no run waits for it`, () => {
        const run = runLab(
          planOf(plain(`check: { ${check}, every: 100ms }`, ['model: dr', `model: ${model}`])),
        );
        assert.deepEqual(run.outcomes(), ['answered', 'answered', 'answered', 'answered']);
        assert.deepEqual(concluded(run), []);
        assert.ok(run.engine.nowNs < 4 * SECOND, String(run.engine.nowNs));
      });
    }
  }

  it('keep no run alive while a server is dead either', () => {
    const run = runLab(
      planOf(
        `${plain('check: { http: GET /, every: 10ms, retryDelay: 10ms }')}events:\n  - { at: 1ms, stop: rs1 }\n  - { at: 1ms, stop: rs2 }\n`,
      ),
    );
    assert.ok(run.engine.nowNs < 8 * SECOND, String(run.engine.nowNs));
  });

  it('drain instead: who is connected stays, and nobody new comes', () => {
    const text = plain(CHECK.replace('200ms }', '200ms, onFail: drain }'), ['count: 4', 'count: 12']);
    const run = withEvents(text, '  - { at: 2500ms, set: nodes.rs2.listen, to: 81 }\n');
    run.engine.run(12 * SECOND);
    assert.deepEqual(concluded(run), ['4000 rs2 drained: refused ×3 → rs1']);
    assert.deepEqual(servedBy(run), ['rs1', 'rs2', 'rs1', 'rs2', 'rs1', ...Array<string>(7).fill('rs1')]);
  });

  it('with none up the sorry server serves alone, and it stops when one comes back', () => {
    const run = withEvents(
      edit(checked, ['count: 4', 'count: 12'], ['every: 2s', 'every: 2s, retry: 0, timeout: 200ms']),
      '  - { at: 1500ms, stop: rs1 }\n  - { at: 1500ms, stop: rs2 }\n  - { at: 7s, start: rs2 }\n',
    );
    run.engine.run(12 * SECOND);
    assert.deepEqual(concluded(run), [
      '2200 rs1 down: timed-out ×1 → rs2',
      '3200 rs2 down: timed-out ×1 → rs3 rs3 serves',
      '7401 rs2 up: answered → rs2 rs3 rests',
    ]);
    assert.deepEqual([...new Set(servedBy(run).slice(4, 8))], ['rs3']);
    assert.deepEqual([...new Set(servedBy(run).slice(8))], ['rs2']);
  });

  it('below the quorum the sorry server serves although some are up', () => {
    const run = withEvents(
      edit(
        checked,
        ['sorry: rs3', 'sorry: rs3\n  quorum: 2'],
        ['every: 2s', 'every: 2s, retry: 0, timeout: 200ms'],
      ),
      '  - { at: 1500ms, stop: rs2 }\n',
    );
    run.engine.run(5 * SECOND);
    assert.deepEqual(concluded(run), ['3200 rs2 down: timed-out ×1 → rs3 rs3 serves']);
  });

  it('a change of the file keeps what is known of the servers that stay', async () => {
    const text = plain(CHECK);
    const run = withEvents(text, '  - { at: 100ms, set: nodes.rs2.listen, to: 81 }\n');
    run.engine.run(6 * SECOND);
    assert.deepEqual(concluded(run), ['1000 rs2 down: refused ×1 → rs1']);
    const changed = edit(text, ['retry: 2', 'retry: 1'], ['port: 80', 'port: 80\n  scheduler: wrr']);
    await run.engine.apply(planOf(`${changed}events:\n  - { at: 100ms, set: nodes.rs2.listen, to: 81 }\n`));
    await run.engine.request();
    await run.engine.request();
    run.engine.run(1 * SECOND);
    assert.deepEqual(servedBy(run).slice(-2), ['rs1', 'rs1']);
    assert.equal(concluded(run).length, 1);
  });

  it('a paused director asks nobody, and goes on where it was', async () => {
    const run = startLab(planOf(plain(CHECK)));
    run.engine.run(1.5 * SECOND);
    await run.engine.setNode('director', 'paused');
    const before = run.frames().length;
    run.engine.run(1.4 * SECOND);
    const asked = run
      .frames()
      .slice(before)
      .filter(({ node, direction, bytes }) => node === 'director' && direction === 'out' && bytes[23] === 6);
    assert.deepEqual(
      asked.map(({ bytes }) => describeFrame(run.plan, bytes)),
      [],
    );
    await run.engine.setNode('director', 'running');
    run.engine.run(3 * SECOND);
    assert.deepEqual(concluded(run), []);
  });
});
