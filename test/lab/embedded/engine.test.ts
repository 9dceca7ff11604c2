import assert from 'node:assert/strict';
import { EmbeddedEngine } from '../../../src/lab/embedded/embedded-engine.ts';
import { MS_PER_SLICE } from '../../../src/lab/embedded/pacer.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { endsIn } from '../request-ends.ts';
import { FakeTimers } from './fake-timers.ts';
import { SECOND, planOf, runLab, sentLines, startLab } from './testbed.ts';

const dr = (traffic = '[{ count: 1 }]', rest = '', client = '') => `
model: dr
service: { vip: 10.0.2.100, port: 80 }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: ${client || '10.0.1.10'} }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },  gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: router${rest} }
  rs2:      { role: server,   at: { inside: 10.0.2.12 }, gateway: router }
traffic: ${traffic}
`;

describe('EmbeddedEngine events', () => {
  it('begin with the plan and a running node for each, and come in time order', () => {
    const { events, plan } = runLab(planOf(dr()));
    const [first, ...rest] = events;
    assert.ok(first?.kind === 'plan' && first.epoch === 0 && first.plan === plan);
    assert.deepEqual(
      rest.slice(0, plan.nodes.length).map((event) => event.kind === 'node' && [event.node, event.state]),
      plan.nodes.map(({ name }) => [name, 'running']),
    );
    for (let at = 1; at < events.length; at += 1) assert.ok(events[at]!.timeNs >= events[at - 1]!.timeNs);
  });

  it('tell each decision before the frames it made, and name those that went in and out', () => {
    const { events } = runLab(planOf(dr()));
    const seen = new Set<number>();
    const announced: number[] = [];
    let decided = 0;
    for (const event of events) {
      if (event.kind === 'decision') {
        decided += 1;
        for (const hash of event.framesIn) assert.ok(seen.has(hash));
        announced.push(...event.framesOut);
      } else if (event.kind === 'frame' && event.node === 'director') {
        const hash = frameHash(event.bytes, 0, event.bytes.length);
        if (event.direction === 'in') seen.add(hash);
        // Whatever else the director sends comes from its kernel, which only answers ARP here.
        else if (announced.includes(hash)) announced.splice(announced.indexOf(hash), 1);
      }
    }
    assert.equal(decided, 10);
    assert.deepEqual(announced, []);
  });

  it('are the same byte for byte with the same seed, and other ones with another', () => {
    const lossy = planOf(dr('[{ count: 20, every: 50ms }]', '', '{ address: 10.0.1.10, loss: 0.1 }'));
    const stream = (seed: number) => JSON.stringify(runLab(lossy, { seed }).events, hexBytes);
    assert.equal(stream(5), stream(5));
    assert.notEqual(stream(5), stream(6));
  });
});

describe('EmbeddedEngine traffic', () => {
  it('sends requests when they are due', () => {
    const run = runLab(planOf(dr('[{ count: 3, every: 2s, after: 500ms }]')));
    assert.deepEqual(
      run.ends().map(({ startNs }) => startNs / SECOND),
      [0.5, 2.5, 4.5],
    );
  });

  it('sends a request by hand', async () => {
    const run = runLab(planOf(dr('[{ count: 0 }]')));
    assert.deepEqual(run.outcomes(), []);
    await run.engine.request();
    await run.engine.settled(SECOND);
    assert.deepEqual(run.outcomes(), ['answered']);
    await assert.rejects(run.engine.request(1), RangeError);
  });

  it('does no more work than it may, and tells what that cut', async () => {
    const events: LabEvent[] = [];
    const plan = planOf(dr('[{ count: 1000000, every: 1s }]'));
    const engine = new EmbeddedEngine(plan, (told) => events.push(...told), { mostEvents: 2000 });
    engine.startNow();
    assert.equal(await engine.settled(Infinity), false);
    await engine.stop();
    assert.ok(events.length < 2200, String(events.length));
    const asked = events.flatMap((event) =>
      event.kind === 'request' && !event.end ? [event.times ?? 1] : [],
    );
    assert.equal(
      asked.reduce((sum, times) => sum + times, 0),
      1_000_000,
    );
    assert.deepEqual(endsIn(events).at(-1)?.reason, 'cut');
  });

  it('works in slices, however long its work takes, and what happens is the same', async () => {
    const plan = planOf(dr('[{ count: 50 }]'));
    const run = async (costMs: number) => {
      const events: LabEvent[] = [];
      const slices: number[] = [];
      let [nowMs, sinceMs] = [0, 0];
      const timers = {
        now: () => nowMs,
        setTimeout: (next: () => void) => {
          slices.push(nowMs - sinceMs);
          sinceMs = nowMs;
          setImmediate(next);
        },
        clearTimeout: () => undefined,
      };
      const tell = (told: readonly LabEvent[]) => {
        nowMs += costMs * told.length;
        events.push(...told);
      };
      const engine = new EmbeddedEngine(plan, tell, { startedAt: 'T', timers });
      engine.startNow();
      sinceMs = nowMs;
      assert.equal(await engine.settled(Infinity), true);
      return { events, slices };
    };
    const [free, slow] = [await run(0), await run(1)];
    assert.deepEqual(slow.events, free.events);
    // One step may tell several events: a frame is seen at both its ends.
    assert.ok(slow.slices.length > slow.events.length / 25, `${slow.slices.length} of ${slow.events.length}`);
    assert.ok(Math.max(...slow.slices) <= MS_PER_SLICE + 10, String(Math.max(...slow.slices)));
  });

  it('gives others a turn while it runs, and ends when they stop it', async () => {
    const events: LabEvent[] = [];
    const plan = planOf(dr('[{ count: 1000000, every: 1s }]'));
    const engine = new EmbeddedEngine(plan, (told) => events.push(...told));
    engine.startNow();
    setTimeout(() => void engine.stop(), 1);
    assert.equal(await engine.settled(Infinity), false);
    assert.equal(endsIn(events).at(-1)?.reason, 'cut');
  });

  it('says whether it settled within the time it was given', async () => {
    const { engine } = startLab(planOf(dr('[{ count: 2, every: 430s }]')));
    assert.equal(await engine.settled(30 * SECOND), false);
    assert.equal(await engine.settled(Infinity), true);
  });

  it('times a request out and still settles', () => {
    const run = runLab(planOf(dr('[{ count: 1, timeout: 2s }]', ', holdVip: false')));
    // rr takes rs1 first, which drops what is not its own.
    assert.deepEqual(run.outcomes(), ['timed-out']);
    assert.equal(run.ends()[0]!.endNs, 2 * SECOND);
    const syns = sentLines(run, (line) => line.startsWith('client→') && line.endsWith(' SYN'));
    assert.equal(syns.length, 2);
  });

  it('settles when the director has given up on a server that is away, not before', () => {
    const text = dr('[{ count: 1 }]').replace(
      'inside: 10.0.2.11 ',
      'inside: { address: 10.0.2.11, down: true } ',
    );
    const run = runLab(planOf(text));
    assert.deepEqual(run.outcomes(), ['timed-out']);
    const told = run.events.flatMap((event) => (event.kind === 'decision' ? [event] : []));
    assert.deepEqual(
      told.filter(({ relation }) => relation === 'dropped').map(({ reason }) => reason),
      ['neighbour-unreachable', 'neighbour-unreachable'],
    );
    assert.ok(run.engine.nowNs < 4 * SECOND, String(run.engine.nowNs));
  });

  it('is refused at a closed port', () => {
    const run = runLab(planOf(dr('[{ count: 1, port: 81, to: 10.0.2.11 }]')));
    assert.deepEqual(run.outcomes(), ['refused']);
  });

  it('carries bodies both ways and tells who asked', () => {
    const run = runLab(planOf(dr('[{ count: 2, response: 20000, upload: 9000, request: POST /x }]')));
    assert.deepEqual(run.outcomes(), ['answered', 'answered']);
    const seen = run.engine.nodeStateNow('rs1')!.seenClients;
    assert.deepEqual(
      seen.map(({ address, at }) => [formatIpv4(address), formatIpv4(at)]),
      [['10.0.1.10', '10.0.2.100']],
    );
  });

  it('survives loss in every direction', () => {
    const run = runLab(
      planOf(
        dr(
          '[{ count: 30, every: 10ms, timeout: 60s, response: 5000 }]',
          '',
          '{ address: 10.0.1.10, loss: 0.2 }',
        ),
      ),
    );
    assert.deepEqual(run.outcomes(), Array<string>(30).fill('answered'));
    const captures = run.frames().filter(({ segment }) => segment === 'outside');
    const out = captures.filter(({ node, direction }) => node === 'client' && direction === 'out').length;
    const arrived = captures.filter(({ node, direction }) => node === 'router' && direction === 'in').length;
    assert.ok(arrived < out && arrived > out / 2, `${arrived} of ${out}`);
  });

  it('drop acts after the capture', () => {
    const run = runLab(planOf(dr('[{ count: 1 }]', '', '{ address: 10.0.1.10, drop: [tcp] }')));
    assert.deepEqual(run.outcomes(), ['timed-out']);
    assert.ok(
      run
        .frames()
        .some(({ node, direction, bytes }) => node === 'client' && direction === 'in' && bytes[23] === 6),
    );
  });

  it('an interface that is down has no frames', () => {
    const run = runLab(planOf(dr('[{ count: 1 }]', '', '{ address: 10.0.1.10, down: true }')));
    assert.deepEqual(run.outcomes(), ['unreachable']);
    assert.ok(!run.frames().some(({ node }) => node === 'client'));
  });
});

describe('EmbeddedEngine.nodeState', () => {
  it('shows what a person would look up', () => {
    const { engine } = runLab(planOf(dr()));
    const server = engine.nodeStateNow('rs1')!;
    assert.deepEqual(
      server.addresses.map(({ device, address }) => [device, formatIpv4(address)]),
      [
        ['lo', '10.0.2.100'],
        ['inside', '10.0.2.11'],
      ],
    );
    assert.deepEqual(
      server.neighbours.map(({ address }) => formatIpv4(address)),
      ['10.0.2.2', '10.0.2.1'],
    );
    assert.equal(server.connections, undefined);
    assert.equal(engine.nodeStateNow('director')!.connections!.length, 1);
    assert.equal(engine.nodeStateNow('client')!.sockets[0]?.state, 'time-wait');
    assert.equal(engine.nodeStateNow('nobody'), undefined);
  });
});

describe('EmbeddedEngine at the real pace', () => {
  const realLab = (text: string) => {
    const timers = new FakeTimers();
    const events: LabEvent[] = [];
    const engine = new EmbeddedEngine(planOf(text), (told) => events.push(...told), { pace: 'real', timers });
    return { timers, events, engine };
  };

  it('lets events come when their time has come', async () => {
    const { timers, engine, events } = realLab(dr('[{ count: 2, every: 1s }]'));
    await engine.start();
    timers.pass(500);
    assert.equal(endsIn(events).length, 1);
    let settled = false;
    const waiting = engine.settled(10 * SECOND).then(() => (settled = true));
    timers.pass(400);
    await Promise.resolve();
    assert.ok(!settled);
    timers.pass(200);
    await waiting;
    assert.equal(endsIn(events).length, 2);
    await engine.stop();
    const count = events.length;
    timers.pass(5000);
    assert.equal(events.length, count);
  });

  it('takes a request from whoever hears an event', async () => {
    const timers = new FakeTimers();
    let asked = false;
    const events: LabEvent[] = [];
    const engine: EmbeddedEngine = new EmbeddedEngine(
      planOf(dr('[{ count: 1 }]')),
      (told) => {
        events.push(...told);
        if (asked || !told.some(({ kind }) => kind === 'decision')) return;
        asked = true;
        void engine.request();
      },
      { pace: 'real', timers },
    );
    await engine.start();
    timers.pass(100);
    assert.deepEqual(
      endsIn(events).map(({ outcome }) => outcome),
      ['answered', 'answered'],
    );
  });

  it('stops waiting at the limit', async () => {
    const { timers, engine, events } = realLab(dr('[{ count: 1, after: 1h }]'));
    await engine.start();
    const waiting = engine.settled(2 * SECOND);
    timers.pass(2001);
    await waiting;
    assert.deepEqual(endsIn(events), []);
  });
});

describe('Path MTU', () => {
  const text = (drop: string) => `
model: tun
service: { vip: 10.0.2.100, port: 80 }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: { address: 10.0.1.10${drop} } }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },  gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: router }
traffic: [{ count: 1, upload: 5000 }]
`;
  it('the client learns it from the director and goes on smaller', () => {
    const run = runLab(planOf(text('')));
    assert.deepEqual(run.outcomes(), ['answered']);
    assert.ok(sentLines(run).some((line) => line.startsWith('director→router') && line.includes('ICMP 3/4')));
  });

  it('a plain router says it too', () => {
    const narrow = dr('[{ count: 1, to: 10.0.2.11, upload: 5000 }]').replace(
      'inside: 10.0.2.1 ',
      'inside: { address: 10.0.2.1, mtu: 1000 } ',
    );
    const run = runLab(planOf(narrow));
    assert.deepEqual(run.outcomes(), ['answered']);
    const lines = sentLines(
      run,
      (line) => line.startsWith('router→') && !line.includes(' at ') && !line.includes('who'),
    );
    assert.ok(lines.some((line) => line.includes('ICMP 3/4')));
    const sizes = lines
      .filter((line) => line.startsWith('router→rs1'))
      .map((line) => Number(line.split(' ')[4] ?? 0));
    assert.equal(Math.max(...sizes), 960);
  });

  it('with ICMP filtered the handshake works and the data hangs', () => {
    const run = runLab(planOf(text(', drop: [icmp]')));
    assert.deepEqual(run.outcomes(), ['timed-out']);
    assert.ok(sentLines(run).some((line) => line.startsWith('rs1→router') && line.endsWith('SYN+ACK')));
  });
});

function hexBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? [...value].join() : value;
}
