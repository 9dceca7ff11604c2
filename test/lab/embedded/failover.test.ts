import assert from 'node:assert/strict';
import { describeFrame, planOf, SECOND, startLab } from './testbed.ts';

const text = (director: string, lb1: string) => `
model: dr
service: { vip: 203.0.113.100, port: 80, director: ${director}, servers: [rs1] }
segments: { outside: 198.51.100.0/24, front: 203.0.113.0/24 }
nodes:
  client: { role: client,   at: { outside: 198.51.100.10 }, gateway: router }
  router: { role: router,   at: { outside: 198.51.100.1, front: 203.0.113.1 } }
  lb1:    { role: director, at: { front: ${lb1} }, gateway: router }
  lb2:    { role: director, at: { front: 203.0.113.3 }, gateway: router }
  rs1:    { role: server,   at: { front: 203.0.113.11 }, gateway: router }
traffic: [{ from: client, count: 45, every: 1s, timeout: 500ms }]
`;

describe('a VIP that moves to another director while the first one dies', () => {
  const before = planOf(text('lb1', '203.0.113.2'));
  const after = planOf(text('lb2', '{ address: 203.0.113.2, down: true }'));
  const run = startLab(before);
  run.engine.run(2.9 * SECOND);
  void run.engine.apply(after);
  assert.ok(run.engine.runUntilSettled(1000 * SECOND));

  it('clears nothing that neighbours know, and says nothing of the kind', () => {
    const told = run.events.find((event) => event.kind === 'plan' && event.epoch === 1);
    assert.deepEqual(told?.kind === 'plan' && told.forgotten, []);
  });

  it('is not noticed until what the router knows has aged: then it asks lb1 alone, and at last everybody', () => {
    const questions = run
      .frames()
      .filter(
        ({ node, segment, direction }) => node === 'router' && segment === 'front' && direction === 'out',
      )
      .map(({ timeNs, bytes }) => ({
        second: Math.floor(timeNs / SECOND),
        text: describeFrame(after, bytes),
      }))
      .filter(({ text }) => text.includes('who has 203.0.113.100'));
    assert.deepEqual(
      questions.map(({ text }) => text.split(' ')[0]),
      ['router→*', 'router→lb1', 'router→lb1', 'router→lb1', 'router→*'],
    );
    assert.deepEqual(
      questions.map(({ second }) => second),
      // 30 s reachable, 5 s in use unconfirmed, three questions a second apart.
      [0, 36, 37, 38, 39],
    );
  });

  it('so requests are lost for that long, and answered by way of lb2 from then on', () => {
    const outcomes = run.outcomes();
    assert.deepEqual(new Set(outcomes.slice(0, 3)), new Set(['answered']));
    assert.ok(!outcomes.slice(3, 39).includes('answered'), outcomes.join());
    assert.deepEqual(new Set(outcomes.slice(40)), new Set(['answered']));
  });
});
