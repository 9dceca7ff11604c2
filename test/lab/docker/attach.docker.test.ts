import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { findLabs, sweep, type FoundLab } from '../../../src/lab/docker/sweep.ts';
import type { EventSink } from '../../../src/lab/engine.ts';
import type { LabEvent, PlanEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import {
  attachedEngine,
  dockerEngine,
  dockerHere,
  outcomesOf,
  root,
  type DockerHere,
} from './docker-here.ts';
import { planOf, stopLab } from './run-lab.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const FIN = 0x01;
const RST = 0x04;
const BYTES = 12_000_000;

function quiet(path: string, change?: (text: string) => string): Plan {
  const plan = planOf(path, change);
  return { ...plan, traffic: [{ ...plan.traffic[0]!, count: 0, timeoutNs: 5e9 }] };
}

describe('Docker engine: a lab whose controller is gone', function () {
  this.timeout(180_000);
  let here: DockerHere;
  let folder: string;
  let file: string;
  const engines: DockerEngine[] = [];
  const children: ChildProcess[] = [];

  before(async function () {
    here = await dockerHere(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lb-lab-attach-'));
    file = join(folder, 'dnat.lblab.yaml');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(engines.splice(0).map(stopLab));
    rmSync(folder, { recursive: true });
  });
  after(() => here?.client.close());

  /** The lab that a process or an engine has started; there may be labs of others beside it. */
  async function labs(starter: ChildProcess | DockerEngine): Promise<FoundLab[]> {
    const isOwn = ({ id, owner }: FoundLab) =>
      starter instanceof DockerEngine ? id === starter.id : owner.split('.')[1] === String(starter.pid);
    return (await findLabs(here.client)).filter(isOwn);
  }

  async function found(starter: ChildProcess | DockerEngine): Promise<FoundLab> {
    const [lab] = await labs(starter);
    assert.ok(lab);
    return lab;
  }

  async function attach(lab: FoundLab, emit: EventSink = () => undefined): Promise<DockerEngine> {
    const engine = await attachedEngine(lab, emit, here);
    engines.push(engine);
    await engine.start();
    return engine;
  }

  /** The command line in a process of its own, until it has said `until`. */
  async function cli(
    until: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      cwd: root,
      env: { ...process.env, LB_LAB_LANG: 'en', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let text = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes(until)) resolve();
      });
      child.once('close', () => reject(new Error(`ended before ‘${until}’: ${text}`)));
    });
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  it('killed in the midst of a download through dnat: it goes on, and the next controller sees it end', async () => {
    const text = readFileSync(`${root}examples/dnat.lblab.yaml`, 'utf8');
    const traffic = `traffic:\n  - { from: client1, count: 1, response: ${BYTES}, timeout: 120s }\n`;
    writeFileSync(file, text.replace(/^traffic:[\s\S]*?(?=^\S|$(?![\s\S]))/m, traffic));
    const child = await cli('Watching', ['run', file, '--engine', 'docker', '--watch']);
    const client = (await found(child)).containers.find(({ name }) => name.endsWith('-client1'))!.id;
    const downloads = async () =>
      (await here.client.execute(client, { command: ['pgrep', '-c', 'curl'] })).stdout.trim();
    // It stands still until the lab is taken up: on a fast machine it would be over by then.
    const signal = (name: string) => here.client.execute(client, { command: ['pkill', `-${name}`, 'curl'] });
    for (let i = 0; i < 200 && (await signal('STOP')).exitCode !== 0; i += 1) await pause(20);
    await pause(1000);
    await kill(child);
    assert.equal(await downloads(), '1');

    const lab = await found(child);
    const events: LabEvent[] = [];
    const engine = await attach(lab, (told) => events.push(...told));
    const attachedNs = engine.nowNs;
    assert.equal(await downloads(), '1');
    await signal('CONT');
    assert.equal(engine.id, lab.id);
    assert.equal(engine.file, file);
    assert.equal(engine.plan.traffic[0]?.responseBytes, BYTES);
    const tcpFlags = (event: LabEvent) =>
      event.kind === 'frame' &&
      event.node === 'client1' &&
      event.bytes[12] === 8 &&
      event.bytes[13] === 0 &&
      event.bytes[23] === 6
        ? event.bytes[47]!
        : 0;
    for (let i = 0; i < 600 && !events.some((event) => tcpFlags(event) & FIN); i += 1) await pause(100);
    await engine.settled(20e9);
    assert.ok(
      events.some((event) => tcpFlags(event) & FIN),
      'the end of the download was not seen',
    );
    assert.ok(!events.some((event) => tcpFlags(event) & RST));
    assert.ok(events.some((event) => event.kind === 'decision' && event.timeNs > attachedNs));
    const [first] = events;
    assert.ok(first?.kind === 'plan' && first.epoch === 0 && first.timeNs > 0);
    // Nobody recorded what crossed the wire in between, and that is told.
    assert.ok(events.some((event) => event.kind === 'loss' && event.frames > 0));
    const director = (await engine.nodeState('director'))!;
    const sum = director.counters!.services[0]!;
    assert.equal(sum.connections, 1, 'the forwarder has kept its table');
    assert.ok(sum.bytesOut > BYTES, `${sum.bytesOut} bytes`);
    const times = events.map(({ timeNs }) => timeNs);
    assert.ok(times.every((time, index) => index === 0 || time >= times[index - 1]!));
  });

  it('a lab that is held is refused, and its controller is not disturbed', async () => {
    const engine = dockerEngine(here, quiet('examples/dr.lblab.yaml'), () => undefined);
    engines.push(engine);
    await engine.start();
    const lab = await found(engine);
    const isHeld = (error: unknown) => error instanceof LabError && error.problem.code === 'lab-held';
    await assert.rejects(attach(lab), isHeld);
    await engine.request();
    await engine.apply(
      quiet('examples/dr.lblab.yaml', (text) => text.replace('scheduler: rr\n', 'scheduler: wrr\n')),
    );
    await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
    // Of two that come at once when it is left, one gets it.
    await engine.detach();
    const both = await Promise.allSettled([attach(lab), attach(lab)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const refused = both.find((one) => one.status === 'rejected');
    assert.ok(isHeld(refused?.reason), String(refused?.reason));
    const taken = both.find((one) => one.status === 'fulfilled')!.value;
    await taken.request();
    assert.equal((await outcomesOf(taken))[0], 'answered');
  });

  it('goes on in the same epoch, on the same clock, with what was done by hand', async () => {
    const path = 'examples/dr.lblab.yaml';
    const engine = dockerEngine(here, quiet(path), () => undefined, { file: '/somewhere/dr.lblab.yaml' });
    engines.push(engine);
    await engine.start();
    await engine.apply(quiet(path, (text) => text.replace('scheduler: rr\n', 'scheduler: wrr\n')));
    await engine.setNode('rs1', 'stopped');
    await engine.setNode('client2', 'paused');
    const { startedAt } = engine;
    const before = ['client1', 'router', 'director', 'rs2'].map((name) => engine.containerOf(name));
    await engine.detach();
    await sweep(here.client);

    const events: LabEvent[] = [];
    const next = await attach(await found(engine), (told) => events.push(...told));
    assert.equal(next.startedAt, startedAt);
    assert.equal(next.file, '/somewhere/dr.lblab.yaml');
    assert.deepEqual(
      ['client1', 'router', 'director', 'rs2'].map((name) => next.containerOf(name)),
      before,
    );
    await next.apply(quiet(path));
    await next.settled(5e9);
    const epochs = events
      .filter((event): event is PlanEvent => event.kind === 'plan')
      .map(({ epoch }) => epoch);
    assert.deepEqual(epochs, [1, 2]);
    const states = new Map(
      events.flatMap((event) => (event.kind === 'node' ? [[event.node, event.state]] : [])),
    );
    assert.equal(states.get('rs1'), 'stopped');
    assert.equal(states.get('client2'), 'paused');
    assert.equal(states.get('director'), 'running');
    assert.equal(await next.setNode('rs1', 'running'), true);
    assert.equal(await next.setNode('client2', 'running'), true);
    for (let i = 0; i < 4; i += 1) await next.request();
    assert.deepEqual(new Set(await outcomesOf(next)), new Set(['answered']));
  });

  it('ends itself when nobody takes it up', async () => {
    const args = [
      'run',
      `${root}examples/dr.lblab.yaml`,
      '--engine',
      'docker',
      '--watch',
      '--end-after',
      '4',
    ];
    const child = await cli('Watching', args);
    await pause(6000);
    const lab = await found(child);
    assert.ok(
      lab.containers.every(({ state }) => state === 'running'),
      'not as long as its controller lives',
    );
    await kill(child);
    const running = async () =>
      (await found(child)).containers.filter(({ state }) => state === 'running').length;
    for (let i = 0; i < 120 && (await running()) > 0; i += 1) await pause(250);
    assert.equal(await running(), 0);
    await assert.rejects(
      attach(await found(child)),
      (error) => error instanceof LabError && error.problem.code === 'lab-gone',
    );
    await sweep(here.client);
    assert.deepEqual(await labs(child), []);
  });

  it('lb-lab attach records it and ends it', async () => {
    const child = await cli('Watching', [
      'run',
      `${root}examples/dr.lblab.yaml`,
      '--engine',
      'docker',
      '--watch',
    ]);
    await kill(child);
    const { id } = await found(child);
    const json = join(folder, 'report.json');
    const kept = await cli('goes on', ['attach', id, '--duration', '1', '--detach']);
    if (kept.exitCode === null) await new Promise((resolve) => kept.once('close', resolve));
    assert.equal((await found(child)).id, id);
    const ending = await cli('ready', ['attach', id, '--duration', '6', '--json', json]);
    const code = await new Promise((resolve) => ending.once('close', resolve));
    assert.equal(code, 0);
    const { flows } = JSON.parse(readFileSync(json, 'utf8')) as { flows: readonly unknown[] };
    assert.ok(Array.isArray(flows));
    assert.deepEqual(await labs(child), []);
  });
});
