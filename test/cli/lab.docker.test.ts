import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildOnce, root, temporaryFolder, type Finished } from '../support/lb-lab.ts';

const dr = 'examples/dr.lblab.yaml';
const calls: readonly (readonly string[])[] = [
  ['ps'],
  ['clean'],
  ['stop', 'dr'],
  ['attach', 'dr'],
  ['shell', 'rs1'],
  ['image', 'build'],
  ['run', dr, '--engine', 'docker'],
];

/** Bad days of the Docker engine as a user of the command line meets them; the engine is a made-up one. */
describe('lb-lab and a Docker engine that does not do', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const version = { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' };
  let facts: object = version;
  /** What the engine answers, by the end of the path. */
  let answers: Readonly<Record<string, (response: ServerResponse) => void>> = {};
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://engine').pathname;
    asked.push(`${request.method} ${path.replace(/^\/v[\d.]+/, '')}`);
    request.resume();
    const answer = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
    if (path.endsWith('/version')) json(200, facts)(response);
    else (answer ?? json(404, { message: 'no such thing' }))(response);
  });
  const json = (status: number, body: unknown) => (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const build =
    (...messages: object[]) =>
    (response: ServerResponse) =>
      void response.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  const socket = folder.path('engine.sock');
  const engine = `unix://${socket}`;

  before(async function () {
    buildOnce();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  beforeEach(() => {
    facts = version;
    answers = {};
    asked.length = 0;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    folder.remove();
  });

  /** Not the one that waits: the engine answers out of this process. */
  async function lbLab(args: readonly string[], host: string, interrupt?: string): Promise<Finished> {
    const child = spawn(process.execPath, ['dist/lb-lab.js', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], LANG: 'C', DOCKER_HOST: host },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (interrupt === undefined || !err.includes(interrupt)) return;
      interrupt = undefined;
      child.kill('SIGINT');
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code: code ?? -1, out, err };
  }

  async function refused(args: readonly string[], host: string, message: RegExp): Promise<void> {
    const { code, out, err } = await lbLab(args, host);
    assert.deepEqual({ code, out }, { code: 2, out: '' }, `${args.join(' ')}: ${err}`);
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /);
  }

  it('not installed: every command says so, and what to do', async () => {
    const host = `unix://${folder.path('none.sock')}`;
    for (const args of calls)
      await refused(args, host, /No Docker engine at unix:.*Install Docker or start it/);
  });

  it('not running: the same', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    for (const args of calls)
      await refused(args, `tcp://127.0.0.1:${port}`, /Nothing answers .*Start Docker/);
  });

  it('too old: the same', async () => {
    facts = { ...version, Version: '19.03.15', ApiVersion: '1.40' };
    for (const args of calls)
      await refused(args, engine, /too old: version 19\.03\.15 with API 1\.40.*20\.10 \(API 1\.41\)/);
  });

  it('an address that is none', async () => {
    await refused(['ps'], 'fd://3', /‘fd:\/\/3’ is no address of a Docker engine/);
  });

  it('auto runs in memory, and says why', async () => {
    for (const [host, reason] of [
      [`unix://${folder.path('none.sock')}`, /in memory, not on Docker: No Docker engine at/],
      [engine, /in memory, not on Docker: the node image lb-lab\/node:\w+ has not been built yet/],
    ] as const) {
      const { code, err } = await lbLab(['run', dr, '--engine', 'auto', '--quiet'], host);
      assert.equal(code, 0);
      assert.match(err, reason);
    }
    assert.ok(!asked.some((call) => call.includes('build')));
  });

  const from = { stream: 'Step 1/12 : FROM debian:bookworm-slim AS settings\n' };
  const step = { stream: 'Step 7/12 : RUN npm ci\n' };

  it('docker builds the image on first use, with its steps, and goes on', async () => {
    answers = {
      '/build': (response) => {
        build(from, step, { stream: 'Successfully built 0123456789ab\n' })(response);
        answers = {
          '/json': json(200, { Id: 'sha256:1', Size: 1, Config: { Labels: null }, Architecture: 'amd64' }),
          '/containers/json': json(200, []),
          '/networks': json(500, { message: 'the disk is on fire' }),
        };
      },
    };
    const { code, err } = await lbLab(['run', dr, '--engine', 'docker'], engine);
    assert.equal(code, 2);
    assert.match(err, /^Building lb-lab\/node:\w+ on docker 20\.10\.24\..*once/m);
    assert.match(err, /^\[7\/12\] RUN npm ci$/m);
    assert.match(err, /engine at .* says: the disk is on fire/);
    assert.equal(asked.filter((call) => call === 'POST /build').length, 1);
  });

  it('a build that fails shows its step and its last words, and no lab is begun', async () => {
    answers = {
      '/build': build(from, step, { stream: 'npm ERR! nobody there\n' }, { error: 'non-zero code: 1' }),
    };
    for (const args of [
      ['run', dr, '--engine', 'docker'],
      ['image', 'build'],
    ])
      await refused(
        args,
        engine,
        /failed in step 7 of 12, RUN npm ci: non-zero code: 1\nnpm ERR! nobody there/,
      );
    assert.ok(!asked.some((call) => /containers|networks/.test(call)));
  });

  it('the disk is full while the image is built', async () => {
    answers = { '/build': build(from, step, { error: 'write /x: no space left on device' }) };
    await refused(['image', 'build'], engine, /disk of the Docker engine is full.*docker system prune/);
  });

  it('Ctrl-C cancels a build, in the engine too', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    answers = {
      '/build': (response) => {
        gone = new Promise((resolve) => response.once('close', resolve));
        response.write(`${JSON.stringify(from)}\n${JSON.stringify(step)}\n`);
      },
    };
    const { code, err } = await lbLab(['run', dr, '--engine', 'docker'], engine, '[7/12]');
    await gone;
    assert.equal(code, 130);
    assert.match(err, /The build of lb-lab\/node:\w+ was cancelled/);
  });

  it('nothing there: ps and clean say so', async () => {
    answers = { '/containers/json': json(200, []), '/networks': json(200, []) };
    assert.match((await lbLab(['ps'], engine)).out, /^no labs on this Docker engine$/m);
    assert.deepEqual(JSON.parse((await lbLab(['ps', '--json'], engine)).out), []);
    assert.match((await lbLab(['clean'], engine)).out, /^nothing was left behind$/m);
    await refused(['stop', 'dr'], engine, /there is no lab ‘dr’/);
    await refused(['stop'], engine, /no lab runs on this Docker engine/);
    await refused(['shell', 'rs1'], engine, /no running node is called ‘rs1’/);
  });

  it('an unknown forwarder port', async () => {
    await refused(['run', dr, '--forwarder-port', 'pigeon'], engine, /no forwarder port ‘pigeon’/);
  });
});
