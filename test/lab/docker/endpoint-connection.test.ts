import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import fc from 'fast-check';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { connectDocker } from '../../../src/lab/docker/connect-docker.ts';
import type { Endpoint, Transport } from '../../../src/lab/docker/endpoint.ts';
import { demultiplexer } from '../../../src/lab/docker/exec-session.ts';
import { jsonLines } from '../../../src/lab/docker/json-lines.ts';
import { sshArguments } from '../../../src/lab/docker/ssh-agent.ts';

const version = {
  Version: '29.0.0',
  ApiVersion: '1.99',
  Os: 'linux',
  Arch: 'arm64',
  KernelVersion: '6.1',
  Platform: { Name: 'Docker Engine' },
  Components: [{ Name: 'Engine' }],
};

const at = (transport: Transport): Endpoint => ({
  text: 'the engine',
  source: { kind: 'default' },
  transport,
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DockerError, String(error));
  return error.problem.code;
}

describe('docker connection', () => {
  let folder: string;
  let socket: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  });
  const reply = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  /** Says its version, then answers everything with one status. */
  const engine = (facts: object, status = 200, body: unknown = []) => {
    asked.length = 0;
    answer = (request, response) =>
      request.url?.endsWith('/version') ? reply(response, 200, facts) : reply(response, status, body);
  };
  const connect = () => connectDocker(at({ kind: 'socket', path: socket }));

  before((done) => {
    folder = mkdtempSync(join(tmpdir(), 'lb-lab-test-'));
    socket =
      process.platform === 'win32' ? `\\\\.\\pipe\\lb-lab-${process.pid}` : join(folder, 'engine.sock');
    server.listen(socket, done);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  it('speaks the newest API it knows to a newer engine', async () => {
    engine(version);
    const client = await connect();
    await client.listContainers(['lb-lab.lab']);
    client.close();
    assert.equal(client.engine.apiVersion, '1.51');
    assert.match(asked[1]!, /^GET \/v1\.51\/containers\/json\?/);
  });

  it('speaks an older engine’s own API, down to 1.41', async () => {
    engine({ ...version, ApiVersion: '1.41' });
    const client = await connect();
    client.close();
    assert.equal(client.engine.apiVersion, '1.41');
    for (const old of ['1.40', '1.9', '0.50']) {
      engine({ ...version, ApiVersion: old });
      assert.equal(await codeOf(connect()), 'too-old');
    }
  });

  it('knows Podman', async () => {
    engine({ ...version, ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] });
    const client = await connect();
    client.close();
    assert.equal(client.engine.kind, 'podman');
  });

  const answers: readonly (readonly [number, string, string])[] = [
    [404, 'No such image: x:latest', 'image-missing'],
    [409, 'Conflict. The container name "/x" is already in use by container "1"', 'name-taken'],
    [409, 'network with name x already exists', 'name-taken'],
    [403, 'Pool overlaps with other one on this address space', 'subnet-taken'],
    [500, 'write /var/lib/docker/tmp/x: no space left on device', 'disk-full'],
    [500, 'something else', 'engine-error'],
  ];
  for (const [status, message, code] of answers) {
    it(`${status} ‘${message}’ is ${code}`, async () => {
      engine(version, status, { message });
      const client = await connect();
      assert.equal(await codeOf(client.createContainer({ name: 'x', image: 'x', labels: {} })), code);
      client.close();
    });
  }

  it('what is gone, stopped or disconnected already is no error', async () => {
    engine(version, 404, { message: 'no such thing' });
    const client = await connect();
    await client.removeContainer('x');
    await client.removeNetwork('x');
    await client.killContainer('x');
    await client.stopContainer('x', 1);
    await client.disconnectNetwork('n', 'x');
    await client.removeImage('x');
    assert.equal(await client.inspectContainer('x'), undefined);
    assert.equal(await client.inspectImage('x'), undefined);
    engine(version, 304, '');
    await client.startContainer('x');
    client.close();
  });

  it('an engine that stands still is told, whatever it was asked', async () => {
    engine(version);
    const client = await connect();
    answer = () => undefined;
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const questions = [
        client.listNetworks(),
        client.removeNetwork('n'),
        client.containersOn('n'),
        client.disconnectNetwork('n', 'x'),
        client.removeContainer('x'),
      ].map(codeOf);
      await new Promise(setImmediate);
      mock.timers.tick(120_000);
      assert.deepEqual(new Set(await Promise.all(questions)), new Set(['standstill']));
    } finally {
      mock.timers.reset();
      client.close();
    }
  });

  it('containers come to their networks and go one after another, also past one that fails', async () => {
    engine(version);
    const client = await connect();
    const waiting: ServerResponse[] = [];
    answer = (_request, response) => void waiting.push(response);
    const calls = ['a', 'b', 'c'].map((container, index) =>
      index === 1 ? client.disconnectNetwork('n', container) : client.connectNetwork('n', container),
    );
    const outcomes = Promise.allSettled(calls);
    for (let call = 0; call < calls.length; call += 1) {
      while (waiting.length === call) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(waiting.length, call + 1);
      reply(waiting[call]!, call === 0 ? 500 : 200, { message: 'no' });
    }
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    client.close();
  });

  it('a base image that cannot be had, a failing step and a full disk are told apart', async () => {
    const client = await (engine(version), connect());
    const build = async (...messages: object[]) => {
      answer = (_request, response) => response.end(messages.map((one) => JSON.stringify(one)).join('\r\n'));
      return codeOf(client.buildImage(Buffer.alloc(0), { tag: 'x' }));
    };
    const from = { stream: 'Step 2/9 : FROM ${BASE_IMAGE} AS settings\n' };
    assert.equal(await build(from, { error: 'pull access denied' }), 'base-image-missing');
    assert.equal(await build({ stream: 'Step 3/9 : RUN x\n' }, { error: 'exit 1' }), 'build-failed');
    assert.equal(
      await build({ stream: 'Step 3/9 : RUN x\n' }, { error: 'no space left on device' }),
      'disk-full',
    );
    client.close();
  });

  it('an engine that goes away in the middle of an answer is a lost connection', async () => {
    const client = await (engine(version), connect());
    answer = (_request, response) => response.socket?.destroy();
    assert.equal(await codeOf(client.ping()), 'connection-lost');
    client.close();
  });

  it('no socket, nobody there', async () => {
    const nowhere = join(folder, 'none.sock');
    assert.equal(await codeOf(connectDocker(at({ kind: 'socket', path: nowhere }))), 'no-engine');
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const tcp = { kind: 'tcp', host: '127.0.0.1', port, prefix: '' } as const;
    assert.equal(await codeOf(connectDocker(at(tcp))), 'not-answering');
  });

  it('plain TCP, with a path in front', async () => {
    engine(version);
    const over = createServer((request, response) => server.emit('request', request, response));
    await new Promise<void>((resolve) => over.listen(0, '127.0.0.1', resolve));
    const { port } = over.address() as AddressInfo;
    const client = await connectDocker(at({ kind: 'tcp', host: '127.0.0.1', port, prefix: '/engine' }));
    await client.listNetworks();
    client.close();
    over.close();
    assert.equal(asked[0], 'GET /engine/version');
    assert.match(asked[1]!, /^GET \/engine\/v1\.51\/networks/);
  });

  it('an environment that names another engine does not mix in', async () => {
    engine(version);
    const other = { DOCKER_HOST: 'tcp://192.0.2.1:2376', DOCKER_CERT_PATH: join(folder, 'none') };
    const before = Object.fromEntries(Object.keys(other).map((name) => [name, process.env[name]]));
    Object.assign(process.env, other);
    try {
      (await connect()).close();
      assert.equal(process.env['DOCKER_HOST'], other.DOCKER_HOST);
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    assert.deepEqual(asked, ['GET /version']);
  });

  describe('through ssh', () => {
    it('a program’s arguments, never a shell’s text', () => {
      const ssh = (more: object) => sshArguments({ kind: 'ssh', host: '-oProxyCommand=x', ...more }).slice(3);
      assert.deepEqual(ssh({}), ['--', '-oProxyCommand=x', 'docker', 'system', 'dial-stdio']);
      assert.deepEqual(ssh({ user: 'ada', port: 22, socket: "/a'b c" }), [
        ...['-l', 'ada', '-p', '22', '--', '-oProxyCommand=x', 'docker'],
        ...[`--host='unix:///a'\\''b c'`, 'system', 'dial-stdio'],
      ]);
    });

    /** Puts a program called ssh first on the PATH while `body` runs. */
    async function withSsh(script: string, body: () => Promise<void>): Promise<void> {
      const program = join(folder, 'ssh');
      writeFileSync(program, `#!${process.execPath}\n${script}`);
      chmodSync(program, 0o755);
      const { PATH } = process.env;
      process.env['PATH'] = `${folder}:${PATH}`;
      try {
        await body();
      } finally {
        process.env['PATH'] = PATH;
        rmSync(program);
      }
    }

    const remote = at({ kind: 'ssh', host: 'build.example' });

    it('calls and connections used again', async function () {
      if (process.platform === 'win32') this.skip();
      engine(version);
      const log = join(folder, 'started');
      const script = `
        require('node:fs').appendFileSync(${JSON.stringify(log)}, 'x');
        const socket = require('node:net').connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true });
        process.stdin.pipe(socket).pipe(process.stdout);`;
      await withSsh(script, async () => {
        const client = await connectDocker(remote);
        for (let call = 0; call < 5; call++) assert.deepEqual(await client.listContainers(), []);
        client.close();
      });
      const { readFileSync } = await import('node:fs');
      assert.equal(readFileSync(log, 'utf8'), 'x');
    });

    it('what ssh complains about', async function () {
      if (process.platform === 'win32') this.skip();
      await withSsh(
        "process.stderr.write('Permission denied (publickey).'); process.exit(255);",
        async () => {
          await assert.rejects(connectDocker(remote), (error: unknown) => {
            assert.ok(error instanceof DockerError);
            assert.deepEqual(error.problem, {
              code: 'ssh-failed',
              params: { host: 'build.example', message: 'Permission denied (publickey).' },
            });
            return true;
          });
        },
      );
    });

    it('no ssh at all', async () => {
      const { PATH } = process.env;
      process.env['PATH'] = folder;
      try {
        assert.equal(await codeOf(connectDocker(remote)), 'ssh-missing');
      } finally {
        process.env['PATH'] = PATH;
      }
    });
  });

  it('outputs are taken apart however the stream is cut', () => {
    const part = fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(60), { maxLength: 30 }),
        (parts, cuts) => {
          const whole = Buffer.concat(
            parts.flatMap(([stream, bytes]) => {
              const header = Buffer.alloc(8);
              header[0] = stream;
              header.writeUInt32BE(bytes.length, 4);
              return [header, Buffer.from(bytes)];
            }),
          );
          const got: Record<number, Buffer[]> = { 1: [], 2: [] };
          const feed = demultiplexer((stream, bytes) => got[stream]!.push(Buffer.from(bytes)));
          let at = 0;
          for (const cut of cuts) {
            feed(whole.subarray(at, at + cut));
            at += cut;
          }
          feed(whole.subarray(at));
          for (const wanted of [1, 2]) {
            const bytes = parts.filter(([stream]) => stream === wanted).map(([, one]) => Buffer.from(one));
            assert.deepEqual(Buffer.concat(got[wanted]!), Buffer.concat(bytes));
          }
        },
      ),
    );
  });

  it('JSON lines, also when a character is cut in two', async () => {
    const bytes = Buffer.from('{"a":"负载"}\r\n\n{"b":1}');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const got = [];
      async function* chunks() {
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
      }
      for await (const one of jsonLines(chunks())) got.push(one);
      assert.deepEqual(got, [{ a: '负载' }, { b: 1 }]);
    }
  });
});
