import assert from 'node:assert/strict';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { dr } from '../topology/fixtures.ts';
import { planOf } from '../embedded/testbed.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';

describe('Docker engine: what happens by itself', function () {
  this.timeout(180_000);
  let here: DockerHere;
  let engine: DockerEngine | undefined;
  before(async function () {
    here = await dockerHere(this);
  });
  after(async () => {
    await engine?.stop();
    here.client.close();
  });

  it('is done to containers and interfaces at its time, and the run waits for it', async () => {
    const plan = planOf(`${dr.replace('count: 4', 'count: 0')}events:
  - { at: 1s, stop: rs1 }
  - { at: 2s, pause: rs2 }
  - { at: 3s, start: rs1 }
  - { at: 4s, start: rs2 }
  - { at: 5s, down: rs1.inside }
  - { at: 6s, up: rs1.inside }
  - { at: 7s, set: service.servers.rs2.weight, to: 0 }
`);
    const events: LabEvent[] = [];
    engine = dockerEngine(here, plan, (told) => events.push(...told));
    await engine.start();
    assert.equal(await engine.settled(120e9), true);
    const told = events.flatMap((event) => {
      if (event.kind === 'plan') return event.by ?? [];
      return event.kind === 'node' && event.timeNs > 0.9e9 ? `${event.node} ${event.state}` : [];
    });
    for (const [event, state] of [
      ['stop rs1', 'rs1 stopped'],
      ['pause rs2', 'rs2 paused'],
      ['start rs1', 'rs1 running'],
      ['start rs2', 'rs2 running'],
    ])
      assert.ok(told.includes(event!) && told.includes(state!), `${event}: ${told.join(', ')}`);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === 'plan' ? event.epoch : [])),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    for (let count = 0; count < 3; count += 1) await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered', 'answered']);
    // Only rs1 has a weight by now, and it was stopped and unplugged.
    const clients = async (name: string) => (await engine!.nodeState(name))?.seenClients.length;
    assert.deepEqual([await clients('rs1'), await clients('rs2')], [3, 0]);
  });
});
