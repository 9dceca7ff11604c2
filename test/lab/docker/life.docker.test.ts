import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentWarning } from '../../../src/lab/agent-wire/agent-protocol.ts';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { LABEL, objectName } from '../../../src/lab/docker/labels.ts';
import { openDocker } from '../../../src/lab/docker/open-docker.ts';
import { removeLab } from '../../../src/lab/docker/sweep.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { sameData } from '../../../src/lab/topology/same-data.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';
import { planOf, stopLab } from './run-lab.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Nothing is sent but what a test asks for. */
function quiet(plan: Plan): Plan {
  return { ...plan, traffic: plan.traffic.slice(0, 1).map((entry) => ({ ...entry, count: 0 })) };
}

describe('Docker engine: bad days', function () {
  this.timeout(120_000);
  let here: DockerHere;
  const engines: DockerEngine[] = [];
  before(async function () {
    here = await dockerHere(this);
  });
  afterEach(() => Promise.all(engines.splice(0).map(stopLab)));
  after(() => here?.client.close());

  async function start(
    plan: Plan,
    events: LabEvent[] = [],
    onWarning: (warning: AgentWarning) => void = () => undefined,
  ): Promise<DockerEngine> {
    const engine = dockerEngine(here, plan, (told) => events.push(...told), { onWarning });
    engines.push(engine);
    await engine.start();
    return engine;
  }

  async function told(events: readonly LabEvent[], matches: (event: LabEvent) => boolean): Promise<void> {
    for (let i = 0; i < 400 && !events.some(matches); i += 1) await pause(50);
    assert.ok(events.some(matches));
  }

  it('a forwarder that dies is started again with its configuration, and the lab says so', async () => {
    const events: LabEvent[] = [];
    const engine = await start(quiet(planOf('examples/dnat.lblab.yaml')), events);
    await engine.request();
    const { exitCode } = await here.client.execute(engine.containerOf('director')!, {
      command: ['pkill', '-KILL', '-f', 'forwarder-process'],
    });
    assert.equal(exitCode, 0);
    await told(events, (event) => event.kind === 'node' && event.reason === 'forwarder-restarted');
    await pause(1500);
    await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
  });

  it('nginx that dies is started again, though its worker still had the port', async () => {
    const events: LabEvent[] = [];
    const engine = await start(quiet(planOf('examples/dr.lblab.yaml')), events);
    const run = (...command: string[]) => here.client.execute(engine.containerOf('rs1')!, { command });
    assert.equal((await run('pkill', '-KILL', '-o', '-x', 'nginx')).exitCode, 0);
    await told(events, (event) => event.kind === 'node' && event.reason === 'nginx-restarted');
    const answers = ['curl', '-sf', '--max-time', '1', 'http://10.0.2.11/'];
    for (let i = 0; i < 100 && (await run(...answers)).exitCode !== 0; i += 1) await pause(50);
    for (let i = 0; i < 2; i += 1) await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
  });

  it('a capture that ends is begun again; what nobody recorded meanwhile is told', async () => {
    const events: LabEvent[] = [];
    const engine = await start(quiet(planOf('examples/dr.lblab.yaml')), events);
    await engine.request();
    await engine.settled(20e9);
    const at = (event: LabEvent) =>
      'node' in event && 'segment' in event && event.node === 'client1' && event.segment === 'outside';
    const begun = events.length;
    // In one go, so that the request is over before anybody has noticed.
    const script = 'pkill -KILL tcpdump; curl -s --max-time 3 http://10.0.2.100/';
    const { stdout } = await here.client.execute(engine.containerOf('client1')!, {
      command: ['sh', '-c', script],
    });
    assert.match(stdout, /^rs\d\n$/);
    await told(events, (event) => event.kind === 'node' && event.reason === 'tcpdump-restarted');
    const lost = events
      .slice(begun)
      .flatMap((event) => (event.kind === 'loss' && at(event) ? [event.frames] : []));
    // SYN, SYN-ACK, ACK, request, answer, FIN and what acknowledges them.
    assert.ok(lost.reduce((sum, frames) => sum + frames, 0) >= 8, JSON.stringify(lost));
    const before = events.length;
    await engine.request();
    await engine.settled(20e9);
    assert.equal((await outcomesOf(engine)).at(-1), 'answered');
    assert.ok(events.slice(before).some((event) => event.kind === 'frame' && at(event)));
  });

  it('the forwarder runs over the port that was chosen', async () => {
    for (const port of ['packet', 'cap'] as const) {
      const engine = dockerEngine(here, quiet(planOf('examples/dnat.lblab.yaml')), () => undefined, { port });
      engines.push(engine);
      await engine.start();
      await engine.request();
      assert.equal((await outcomesOf(engine))[0], 'answered', port);
      const run = async (...command: string[]) =>
        (await here.client.execute(engine.containerOf('director')!, { command })).stdout;
      const stdout = await run('cat', `/proc/${(await run('pgrep', '-f', 'forwarder-process')).trim()}/maps`);
      assert.equal(/\/cap\.node/.test(stdout), port === 'cap', port);
      assert.equal(/koffi/.test(stdout), port === 'packet', port);
    }
  });

  it('a container that dies is told; the others go on', async () => {
    const events: LabEvent[] = [];
    const warnings: AgentWarning[] = [];
    const engine = await start(quiet(planOf('examples/dr.lblab.yaml')), events, (warning) =>
      warnings.push(warning),
    );
    await here.client.killContainer(engine.containerOf('rs2')!);
    await told(events, (event) => event.kind === 'node' && event.node === 'rs2' && event.state === 'failed');
    assert.equal(engine.containerOf('rs2'), undefined);
    await engine.request();
    assert.equal((await outcomesOf(engine))[0], 'answered');
    for (let i = 0; i < 100 && warnings.length === 0; i += 1) await pause(50);
    assert.deepEqual(warnings, [
      { code: 'docker.warning.node-gone', params: { node: 'rs2', exitCode: '137' } },
    ]);
    // By hand, or with the next change.
    assert.equal(await engine.setNode('rs2', 'running'), true);
    await here.client.killContainer(engine.containerOf('rs1')!);
    for (let i = 0; i < 200 && engine.containerOf('rs1') !== undefined; i += 1) await pause(50);
    await engine.apply(
      quiet(planOf('examples/dr.lblab.yaml', (text) => text.replace('scheduler: rr\n', 'scheduler: wrr\n'))),
    );
    for (let i = 0; i < 4; i += 1) await engine.request();
    assert.deepEqual(new Set(await outcomesOf(engine)), new Set(['answered']));
    const served = async (name: string) => (await engine.nodeState(name))?.seenClients.length ?? 0;
    await pause(300);
    assert.deepEqual([await served('rs1'), await served('rs2')], [2, 2]);
  });

  it('a lab that somebody else ends is let go of: one word of it, and nothing is begun again', async () => {
    const plan = quiet(planOf('examples/dr.lblab.yaml'));
    const warnings: AgentWarning[] = [];
    let isReleased = false;
    const engine = dockerEngine(here, plan, () => undefined, {
      onWarning: (warning) => warnings.push(warning),
      onReleased: () => (isReleased = true),
    });
    engines.push(engine);
    await engine.start();
    await removeLab(here.client, engine.id);
    for (let i = 0; i < 200 && !isReleased; i += 1) await pause(50);
    assert.ok(isReleased);
    assert.deepEqual(warnings, [{ code: 'docker.warning.lab-gone', params: {} }]);
    await engine.apply(
      quiet(planOf('examples/dr.lblab.yaml', (text) => text.replace('scheduler: rr\n', 'scheduler: wrr\n'))),
    );
    assert.deepEqual(await here.client.listContainers([`${LABEL.lab}=${engine.id}`]), []);
    assert.deepEqual(await here.client.listNetworks([`${LABEL.lab}=${engine.id}`]), []);
  });

  it('a name that is taken ends the start whole; what has it is untouched', async () => {
    const { client, image } = here;
    const plan = quiet(planOf('examples/dr.lblab.yaml'));
    const isTaken = (error: unknown) => error instanceof DockerError && error.problem.code === 'name-taken';
    const left = async ({ id }: DockerEngine) => [
      ...(await client.listContainers([`${LABEL.lab}=${id}`])),
      ...(await client.listNetworks([`${LABEL.lab}=${id}`])),
    ];
    const first = dockerEngine(here, plan, () => undefined);
    const container = await client.createContainer({ name: objectName(first.id, 'rs1'), image, labels: {} });
    try {
      await assert.rejects(first.start(), isTaken);
      assert.deepEqual(await left(first), []);
      assert.ok(await client.inspectContainer(container));
    } finally {
      await client.removeContainer(container);
    }
    const second = dockerEngine(here, plan, () => undefined);
    const name = objectName(second.id, 'inside');
    const network = await client.createNetwork({ name, labels: {}, subnet: '10.213.8.0/24' });
    try {
      await assert.rejects(second.start(), isTaken);
      assert.deepEqual(await left(second), []);
      assert.ok((await client.listNetworks()).some(({ id }) => id === network));
    } finally {
      await client.removeNetwork(network);
    }
  });

  it('without permission for the socket it says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lb-lab-socket-'));
    const path = join(folder, 'docker.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    // To root nothing is forbidden.
    const isRoot = process.getuid?.() === 0;
    chmodSync(folder, 0o755);
    chmodSync(path, 0);
    if (isRoot) process.seteuid?.(65_534);
    try {
      const surroundings = {
        environment: { DOCKER_HOST: `unix://${path}` },
        home: '',
        windows: false,
        readText: () => '',
      };
      await assert.rejects(openDocker(surroundings), (error) => {
        assert.ok(error instanceof DockerError);
        assert.equal(error.problem.code, 'no-permission');
        return true;
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('a director that was down is mended while the lab runs', async () => {
    const file = 'examples/lessons/director-down.lblab.yaml';
    const engine = await start(quiet(planOf(file)));
    await engine.request();
    const known = async () =>
      (await engine.nodeState('router'))!.neighbours.filter(({ mac }) => mac !== undefined);
    const before = await known();
    assert.ok(before.length > 0);
    await engine.apply(quiet(planOf(file, (text) => text.replace(', down: true', ''))));
    // Who had answered is known still; who had not is asked for anew.
    const after = await known();
    for (const neighbour of before) assert.ok(after.some((one) => sameData(one, neighbour)));
    await engine.request();
    const outcomes = await outcomesOf(engine);
    assert.notEqual(outcomes[0], 'answered');
    assert.equal(outcomes[1], 'answered');
  });

  it('two labs with the same addresses run side by side', async () => {
    const plan = quiet(planOf('examples/dr.lblab.yaml'));
    const labs = await Promise.all([start(plan), start(plan)]);
    for (let i = 0; i < 3; i += 1) await Promise.all(labs.map((lab) => lab.request()));
    for (const lab of labs) assert.deepEqual(await outcomesOf(lab), ['answered', 'answered', 'answered']);
  });

  it('a lab inside a Docker network is refused', async () => {
    const network = await here.client.createNetwork({
      name: `overlap-${process.pid}`,
      labels: {},
      subnet: '10.0.2.0/24',
    });
    try {
      await assert.rejects(start(planOf('examples/dr.lblab.yaml')), (error) => {
        assert.ok(error instanceof LabError);
        assert.equal(error.problem.code, 'address-overlap');
        return true;
      });
    } finally {
      await here.client.removeNetwork(network);
    }
  });

  it('nodes have no way out, no rights they do not need, and no IPv6', async () => {
    const engine = await start(quiet(planOf('examples/dr.lblab.yaml')));
    for (const node of ['client1', 'router', 'director', 'rs1']) {
      const container = engine.containerOf(node)!;
      const run = async (...command: string[]) => (await here.client.execute(container, { command })).stdout;
      assert.ok(!(await run('ip', '-4', 'route')).includes('198.18.'), node);
      assert.ok(!(await run('ip', '-4', 'address')).includes('198.18.'), node);
      assert.equal((await run('ip', '-6', 'address')).trim(), '', node);
      assert.match(await run('grep', 'CapEff', '/proc/1/status'), /0{12}3040/, node);
    }
  });
});
