import assert from 'node:assert/strict';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { LABEL } from '../../../src/lab/docker/labels.ts';
import { findLabs } from '../../../src/lab/docker/sweep.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';

const SERVERS = 46;

/** A client, a router, a director, and so many servers that the whole has 50 nodes. */
function topology(): string {
  const servers = Array.from({ length: SERVERS }, (_, index) => `rs${index + 1}`);
  return [
    'model: dr',
    'service: { vip: 10.0.2.100, port: 80, scheduler: rr }',
    'segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }',
    'nodes:',
    '  client1: { role: client, at: { outside: 10.0.1.10 }, gateway: router }',
    '  client2: { role: client, at: { outside: 10.0.1.11 }, gateway: router }',
    '  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }',
    '  director: { role: director, at: { inside: 10.0.2.2 }, gateway: router }',
    ...servers.map(
      (name, index) => `  ${name}: { role: server, at: { inside: 10.0.2.${index + 110} }, gateway: router }`,
    ),
    'traffic: [{ from: client1, count: 1 }]',
    '',
  ].join('\n');
}

describe('Docker engine: 50 nodes', function () {
  this.timeout(400_000);
  let here: DockerHere;
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());

  it('start, answer a request, and leave nothing', async () => {
    const { plan, problems } = loadTopology(topology(), 'fifty.lblab.yaml');
    assert.ok(plan, JSON.stringify(problems));
    assert.equal(plan.nodes.length, 50);
    const events: LabEvent[] = [];
    const began = performance.now();
    const steps: string[] = [];
    const engine = dockerEngine(here, plan, (told) => events.push(...told), {
      onStep: (step) => steps.push(`${step} ${((performance.now() - began) / 1000).toFixed(1)} s`),
    });
    try {
      await engine.start();
      const started = performance.now();
      await engine.settled(60e9);
      console.log(
        `      50 nodes: ready after ${((started - began) / 1000).toFixed(1)} s (${steps.join(', ')})`,
      );
      assert.deepEqual(await outcomesOf(engine), ['answered']);
      assert.equal((await engine.nodeState('director'))?.counters?.services[0]?.servers.length, SERVERS);
    } finally {
      const ending = performance.now();
      await engine.stop();
      console.log(`      taken away after ${((performance.now() - ending) / 1000).toFixed(1)} s`);
    }
    assert.deepEqual(
      (await findLabs(here.client)).filter(({ id }) => id === engine.id),
      [],
    );
  });

  it('stopped while they start: the rest is not begun, and nothing is left', async () => {
    const { plan } = loadTopology(topology(), 'fifty.lblab.yaml');
    let stopped: Promise<void> | undefined;
    const engine = dockerEngine(here, plan!, () => undefined);
    let most = 0;
    const counting = setInterval(() => {
      const own = here.client.listContainers([`${LABEL.lab}=${engine.id}`]);
      void own.then(({ length }) => {
        most = Math.max(most, length);
        if (length > 0) stopped ??= engine.stop();
      });
    }, 100);
    try {
      await assert.rejects(
        engine.start(),
        (error) => error instanceof LabError && error.problem.code === 'stopped',
      );
      await stopped;
    } finally {
      clearInterval(counting);
    }
    assert.ok(most > 0 && most < 50, `${most} containers were made`);
    assert.deepEqual(
      (await findLabs(here.client)).filter(({ id }) => id === engine.id),
      [],
    );
  });
});
