import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { LABEL } from '../../../src/lab/docker/labels.ts';
import { findLabs, sweep } from '../../../src/lab/docker/sweep.ts';
import { dockerEngine, dockerHere, outcomesOf, root, type DockerHere } from './docker-here.ts';
import { planOf, stopLab } from './run-lab.ts';

const FILE = 'examples/dr.lblab.yaml';
const LEASE_S = 2;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The labs that a process has started; there may be labs of others beside them. */
async function labsOf(client: DockerClient, pid: number): Promise<string[]> {
  const own = (await findLabs(client)).filter(({ owner }) => owner.split('.')[1] === String(pid));
  return own.map(({ id }) => id);
}

/** What the engine does after its caller died may take a moment: a request under way is finished. */
async function sweptWithin(client: DockerClient, pid: number, ms: number): Promise<string[]> {
  const until = Date.now() + ms;
  for (;;) {
    await sweep(client);
    const left = await labsOf(client, pid);
    if (left.length === 0 || Date.now() > until) return left;
    await pause(250);
  }
}

describe('Docker engine: clean-up', function () {
  this.timeout(240_000);
  let here: DockerHere;
  let live: DockerEngine;
  let foreign: { readonly container: string; readonly network: string };

  before(async function () {
    here = await dockerHere(this);
    const { client, image } = here;
    // Somebody else's objects, and a lab that lives.
    const network = await client.createNetwork({
      name: `foreign-${process.pid}`,
      labels: {},
      subnet: '10.213.7.0/24',
    });
    const container = await client.createContainer({ name: `foreign-${process.pid}`, image, labels: {} });
    foreign = { container, network };
    live = dockerEngine(here, planOf('examples/nat.lblab.yaml'), () => undefined);
    await live.start();
  });

  after(async () => {
    await stopLab(live);
    if (foreign) await here.client.removeContainer(foreign.container);
    if (foreign) await here.client.removeNetwork(foreign.network);
    here?.client.close();
  });

  /** Starts a lab in a process of its own, and sends it the signal when it says `step` (and a little later). */
  async function ended(
    signal: NodeJS.Signals,
    step: string,
    laterMs: number,
    leaseSeconds = LEASE_S,
  ): Promise<{ readonly pid: number; readonly code: unknown }> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'src/cli/main.ts', 'run', FILE, '--engine', 'docker'],
      {
        cwd: root,
        env: { ...process.env, LB_LAB_LEASE_SECONDS: String(leaseSeconds), LB_LAB_LANG: 'en' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let text = '';
    const gone = new Promise((resolve) => child.once('close', resolve));
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes(step)) resolve();
      });
      child.once('close', () => reject(new Error(`ended before ‘${step}’: ${text}`)));
    });
    await pause(laterMs);
    child.kill(signal);
    return { pid: child.pid!, code: await gone };
  }

  const steps: readonly [step: string, laterMs: number][] = [
    ['Looking for labs', 30],
    ['Starting containers', 10],
    ['Starting containers', 300],
    ['Starting containers', 900],
    ['Testing that every segment', 30],
    ['Setting addresses', 60],
    ['The lab is ready', 0],
    ['The lab is ready', 1500],
  ];
  for (const [step, laterMs] of steps) {
    it(`killed ${laterMs} ms after ‘${step}’: the sweep leaves nothing`, async () => {
      const { pid } = await ended('SIGKILL', step, laterMs);
      assert.deepEqual(await sweptWithin(here.client, pid, 30_000), []);
    });
    it(`Ctrl-C ${laterMs} ms after ‘${step}’: nothing is left, and nothing had to be swept`, async () => {
      const { pid, code } = await ended('SIGINT', step, laterMs);
      assert.equal(code, 130);
      assert.deepEqual(await labsOf(here.client, pid), []);
    });
  }

  it('a lab under its lease is held, and swept when the lease is over', async () => {
    const { pid } = await ended('SIGKILL', 'ready', 500, 6);
    await sweep(here.client);
    assert.equal((await labsOf(here.client, pid)).length, 1);
    await pause(6500);
    assert.deepEqual(await sweptWithin(here.client, pid, 20_000), []);
  });

  it('an error at each step of the start leaves nothing', async () => {
    for (const step of ['containers', 'self-test', 'configure', 'ready'] as const) {
      const engine = dockerEngine(here, planOf(FILE), () => undefined, {
        onStep: (now) => {
          if (now === step) throw new LabError('no-subnet-left');
        },
      });
      await assert.rejects(engine.start(), LabError);
      const left = await here.client.listNetworks([`${LABEL.lab}=${engine.id}`]);
      const containers = await here.client.listContainers([`${LABEL.lab}=${engine.id}`]);
      assert.deepEqual([...left, ...containers], [], step);
    }
  });

  it('stop during the start leaves nothing', async () => {
    const engine = dockerEngine(here, planOf(FILE), () => undefined);
    const started = engine.start();
    await pause(300);
    const stopped = engine.stop();
    await assert.rejects(started, LabError);
    await stopped;
    assert.deepEqual(await here.client.listContainers([`${LABEL.lab}=${engine.id}`]), []);
  });

  it('objects of others and the living lab are untouched', async () => {
    const { client } = here;
    assert.ok(await client.inspectContainer(foreign.container));
    assert.ok((await client.listNetworks()).some(({ id }) => id === foreign.network));
    const nodes = await client.listContainers([`${LABEL.lab}=${live.id}`]);
    assert.equal(nodes.filter(({ state }) => state === 'running').length, 5);
    await live.request(0);
    assert.equal((await outcomesOf(live)).at(-1), 'answered');
  });
});
