import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionView } from '../../../src/forwarder/connections/view.ts';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { dockerEngine, dockerHere, outcomesOf, root, type DockerHere } from './docker-here.ts';
import { planOf, reportOf, stopLab } from './run-lab.ts';

const FILE = 'examples/dr.lblab.yaml';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The example without its traffic but for one entry that only runs when asked. */
function quiet(change: (text: string) => string = (text) => text): Plan {
  const plan = planOf(FILE, change);
  const [entry] = plan.traffic;
  return { ...plan, traffic: [{ ...entry!, count: 0, timeoutNs: 60e9 }] };
}

const weighted = (rs1: number, rs2: number) => (text: string) =>
  text
    .replace('scheduler: rr\n', 'scheduler: wrr\n')
    .replace('servers: [rs1, rs2]', `servers: { rs1: { weight: ${rs1} }, rs2: { weight: ${rs2} } }`);

describe('Docker engine: a changed plan is applied in place', function () {
  this.timeout(180_000);
  let here: DockerHere;
  let engine: DockerEngine;
  let events: LabEvent[];
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());
  beforeEach(async () => {
    events = [];
    engine = dockerEngine(here, quiet(weighted(1, 1)), (told) => events.push(...told));
    await engine.start();
  });
  afterEach(() => stopLab(engine));

  const containers = (plan: Plan) => new Map(plan.nodes.map(({ name }) => [name, engine.containerOf(name)]));
  const servers = () => {
    const { flows } = reportOf(quiet(weighted(1, 1)), engine, events);
    // A busy machine may lose captures of a long download; what is left of it then begins in its middle.
    return flows
      .filter(({ kind, request }) => kind === 'tcp' && request !== '')
      .map(({ server }) => server?.node);
  };

  it('a weight reaches the running forwarder; every container stays; a long download goes on', async () => {
    const plan = quiet(weighted(1, 1));
    const before = containers(plan);
    const [short] = plan.traffic;
    const long: Plan = { ...plan, traffic: [{ ...short!, responseBytes: 12_000_000 }, short!] };
    await engine.apply(long);
    const inClient = (...command: string[]) =>
      here.client.execute(engine.containerOf('client1')!, { command });
    const connections = async () => (await engine.nodeState('director'))!.connections!;
    // It stands still until the weight has changed: on a fast machine it would be over by then.
    const watch =
      'for i in $(seq 400); do [ -n "$(ss -Htn state established)" ] && exec pkill -STOP -x curl; done; exit 1';
    let open: ConnectionView | undefined;
    for (let tries = 1; tries <= 10 && !open; tries += 1) {
      const held = inClient('sh', '-c', watch);
      void engine.request();
      if ((await held).exitCode === 0) open = (await connections()).at(-1);
      else for (let i = 0; i < 200 && (await outcomesOf(engine)).length < tries; i += 1) await pause(50);
    }
    assert.ok(open);
    const ended = (await outcomesOf(engine)).length;
    // The server that it comes from is drained.
    const other = open.server === 'rs1' ? 'rs2' : 'rs1';
    const changed = quiet(other === 'rs2' ? weighted(0, 1) : weighted(1, 0));
    await engine.apply({ ...changed, traffic: long.traffic });
    assert.deepEqual(containers(plan), before);
    const entry = (await connections()).find(({ clientPort }) => clientPort === open.clientPort);
    assert.equal(entry?.server, open.server);
    assert.equal((await outcomesOf(engine)).length, ended, 'the download is still under way');
    assert.equal((await inClient('pkill', '-CONT', '-x', 'curl')).exitCode, 0);
    await engine.settled(60e9);
    assert.deepEqual((await outcomesOf(engine)).slice(ended), ['answered']);
    for (let i = 0; i < 3; i += 1) await engine.request(1);
    await engine.settled(20e9);
    assert.deepEqual(servers().slice(-3), [other, other, other]);
    const [epoch] = events.filter((event) => event.kind === 'plan' && event.epoch === 2);
    assert.ok(epoch?.kind === 'plan');
    assert.ok(epoch.changes.some(({ kind }) => kind === 'forwarder-changed'));
  });

  it('removing a server touches that server alone, and adding it again brings it back', async () => {
    const all = quiet();
    await engine.apply(all);
    const before = containers(all);
    const without = quiet((text) =>
      text
        .replace('servers: [rs1, rs2]', 'servers: [rs1]')
        .split('\n')
        .filter((line) => !line.trim().startsWith('rs2:'))
        .join('\n'),
    );
    await engine.apply(without);
    for (const [name, id] of before) assert.equal(engine.containerOf(name), name === 'rs2' ? undefined : id);
    await engine.request();
    assert.equal((await outcomesOf(engine)).at(-1), 'answered');
    await engine.apply(all);
    for (const [name, id] of before) if (name !== 'rs2') assert.equal(engine.containerOf(name), id);
    assert.notEqual(engine.containerOf('rs2'), before.get('rs2'));
    for (let i = 0; i < 2; i += 1) await engine.request();
    await engine.settled(20e9);
    assert.deepEqual(new Set(servers().slice(-2)), new Set(['rs1', 'rs2']));
  });

  it('an address, an MTU, an interface down and up again: the node stays', async () => {
    const plan = quiet(weighted(1, 1));
    const before = containers(plan);
    const changed = quiet((text) =>
      weighted(1, 1)(text).replace('inside: 10.0.2.11 }', 'inside: { address: 10.0.2.21, mtu: 1400 } }'),
    );
    await engine.apply(changed);
    assert.deepEqual(containers(plan), before);
    for (let i = 0; i < 2; i += 1) await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
    await engine.apply(
      quiet((text) =>
        weighted(1, 0)(text).replace('inside: 10.0.2.11 }', 'inside: { address: 10.0.2.11, down: true } }'),
      ),
    );
    const shortly = { ...quiet(weighted(1, 0)) };
    await engine.apply(shortly);
    assert.deepEqual(containers(plan), before);
    await engine.request();
    assert.equal((await outcomesOf(engine)).at(-1), 'answered');
  });

  it('a kernel switch starts that node anew and no other', async () => {
    const plan = quiet(weighted(1, 1));
    const before = containers(plan);
    await engine.apply(
      quiet((text) => weighted(1, 1)(text).replace(/(rs1: .*gateway: router) \}/, '$1, rpFilter: strict }')),
    );
    for (const [name, id] of before) {
      if (name === 'rs1') assert.notEqual(engine.containerOf(name), id);
      else assert.equal(engine.containerOf(name), id);
    }
    await engine.request();
    assert.equal((await outcomesOf(engine)).at(-1), 'answered');
  });

  it('the model of the service changes from dr to dnat and back', async () => {
    await engine.apply(quiet((text) => text.replace('model: dr', 'model: dnat')));
    await engine.request();
    await engine.apply(quiet());
    await engine.request();
    assert.deepEqual(await outcomesOf(engine), ['answered', 'answered']);
  });
});

describe('Docker engine: run --watch', function () {
  this.timeout(120_000);
  before(async function () {
    (await dockerHere(this)).client.close();
  });
  for (const name of ['docker', 'embedded']) {
    it(`${name}: a save is applied, a broken one is not`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lb-lab-watch-'));
      const file = join(folder, 'dr.lblab.yaml');
      copyFileSync(`${root}${FILE}`, file);
      const args = ['--import', 'tsx', 'src/cli/main.ts', 'run', file, '--engine', name, '--watch'];
      const env = { ...process.env, LB_LAB_LANG: 'en' };
      const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let errors = '';
      let output = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const gone = new Promise((resolve) => child.once('close', resolve));
      const ending = setTimeout(() => child.kill('SIGKILL'), 100_000);
      const said = async (text: string) => {
        for (let i = 0; i < 600 && !errors.includes(text); i += 1) await pause(50);
        assert.ok(errors.includes(text), errors);
      };
      await said('Watching');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('servers: [rs1, rs2]', 'servers: [rs1, rs9]'));
      await said('stays as it is');
      writeFileSync(file, text.replace('scheduler: rr\n', 'scheduler: wrr\n'));
      await said('was applied');
      await pause(1000);
      child.kill('SIGINT');
      await gone;
      clearTimeout(ending);
      assert.match(output, /epoch 1/);
      rmSync(folder, { recursive: true });
    });
  }
});
