import assert from 'node:assert/strict';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { packContext } from '../../../src/lab/docker/image/image-context.ts';
import { nodeImage } from '../../../src/lab/docker/image/node-image.ts';
import { dockerHere, root } from './docker-here.ts';

const image = nodeImage(root);
const labels = { 'lb-lab.test': 'image' };

describe('node image on the engine', function () {
  this.timeout(60_000);
  let client: DockerClient;
  let container: string;
  const tags: string[] = [];

  before(async function () {
    ({ client } = await dockerHere(this));
    container = await client.createContainer({
      name: `lb-lab-test-image-${process.pid}`,
      image: image.tag,
      labels,
      entrypoint: ['sleep', '600'],
      capabilities: ['NET_ADMIN', 'NET_RAW', 'SETGID'],
    });
    await client.startContainer(container);
  });
  after(async () => {
    // Skipped: there is nothing to take down.
    if ((client as DockerClient | undefined) === undefined) return;
    if ((container as string | undefined) !== undefined) await client.removeContainer(container);
    for (const tag of tags) await client.removeImage(tag);
    client.close();
  });

  const run = async (...command: string[]) => {
    const result = await client.execute(container, { command });
    assert.equal(result.exitCode, 0, `${command.join(' ')}: ${result.stderr}`);
    return result.stdout;
  };

  it('is small', async () => {
    const { size } = (await client.inspectImage(image.tag))!;
    assert.ok(size < 260e6, `${size} bytes`);
  });

  it('has every program a node needs', async () => {
    for (const program of [
      'node',
      'tcpdump',
      'ip',
      'ss',
      'nft',
      'ethtool',
      'nginx',
      'curl',
      'wrk',
      'arping',
      'ping',
    ])
      assert.match(await run('sh', '-c', 'command -v "$0"', program), /^\//, program);
  });

  it('runs a Node that the agent’s bundle can run on', async () => {
    const [major] = (await run('node', '-p', 'process.versions.node')).split('.').map(Number);
    assert.ok(major! >= 20);
  });

  it('loads both native modules and opens an interface with the few capabilities a node has', async () => {
    const script = `
      const { Cap } = require('/opt/lb-lab/node_modules/cap');
      const cap = new Cap();
      console.log(cap.open('lo', '', 1 << 20, Buffer.alloc(65535)));
      cap.close();
      const koffi = require('/opt/lb-lab/node_modules/koffi');
      console.log(koffi.load('libc.so.6').func('int getpid()')() === process.pid);`;
    assert.equal(await run('node', '-e', script), 'ETHERNET\ntrue\n');
  });

  it('has libpcap under the name that cap looks for', async () => {
    assert.match(await run('sh', '-c', 'readlink -f /usr/lib/*/libpcap.so'), /libpcap\.so\.1/);
  });

  it('keeps nothing of the build’s settings', async () => {
    assert.equal(await run('find', '/tmp', '/var/lib/apt/lists', '/usr/local/share', '-type', 'f'), '');
  });

  it('a program’s streams stay apart, input ends, the exit code comes back', async () => {
    const session = await client.exec(container, {
      command: ['sh', '-c', 'cat; echo "$GREETING" >&2; exit 7'],
      environment: { GREETING: 'bye' },
    });
    const text = async (stream: AsyncIterable<unknown>) => {
      let all = '';
      for await (const chunk of stream) all += String(chunk);
      return all;
    };
    const outputs = Promise.all([text(session.stdout), text(session.stderr)]);
    session.stdin.write('one ');
    session.stdin.end('two');
    assert.deepEqual(await outputs, ['one two', 'bye\n']);
    assert.equal(await session.exitCode(), 7);
  });

  it('much output arrives whole though its reader is slow', async () => {
    const session = await client.exec(container, { command: ['head', '-c', '20000000', '/dev/zero'] });
    session.stderr.resume();
    let bytes = 0;
    for await (const chunk of session.stdout) {
      bytes += (chunk as Buffer).length;
      if (bytes % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(bytes, 20_000_000);
    assert.equal(await session.exitCode(), 0);
  });

  it('who attaches before the start has the streams of the first process, and its input ends with them', async () => {
    const other = await client.createContainer({
      name: `lb-lab-test-image-attached-${process.pid}`,
      image: image.tag,
      labels: {},
      entrypoint: ['sh', '-c', 'read line; echo "$line"; echo apart >&2; cat >/dev/null; exit 3'],
      attached: true,
    });
    try {
      const streams = await client.attach(other);
      streams.stdin.write('first\n');
      const said = [streams.stdout, streams.stderr].map(
        (stream) => new Promise((resolve) => stream.once('data', (bytes) => resolve(String(bytes)))),
      );
      await client.startContainer(other);
      assert.deepEqual(await Promise.all(said), ['first\n', 'apart\n']);
      streams.destroy();
      for (let i = 0; i < 100 && (await client.inspectContainer(other))!.running; i += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal((await client.inspectContainer(other))!.exitCode, 3);
    } finally {
      await client.removeContainer(other);
    }
  });

  it('events tell when a container dies', async () => {
    const other = await client.createContainer({
      name: `lb-lab-test-image-dies-${process.pid}`,
      image: image.tag,
      labels: { 'lb-lab.test': 'dies' },
      entrypoint: ['sh', '-c', 'exit 5'],
    });
    const stop = new AbortController();
    try {
      const died = new Promise<number | undefined>((resolve, reject) => {
        client
          .watch(
            ['lb-lab.test=dies'],
            (event) => void (event.action === 'die' && resolve(event.exitCode)),
            stop.signal,
          )
          .catch(reject);
      });
      await client.startContainer(other);
      assert.equal(await died, 5);
      assert.equal((await client.inspectContainer(other))!.exitCode, 5);
    } finally {
      stop.abort();
      await client.removeContainer(other);
    }
  });

  describe('a build', () => {
    const build = async (
      lines: readonly string[],
      options: { signal?: AbortSignal; onStep?: () => void } = {},
    ) => {
      const tag = `lb-lab/test:${process.pid}-${tags.length}`;
      tags.push(tag);
      const context = await packContext([{ path: 'Dockerfile', content: Buffer.from(lines.join('\n')) }]);
      const { signal, onStep } = options;
      await client.buildImage(context, {
        tag,
        networkMode: 'none',
        ...(signal ? { signal } : {}),
        onProgress: (progress) => progress.kind === 'output' && /started/.test(progress.text) && onStep?.(),
      });
    };
    const problemOf = async (promise: Promise<unknown>) => {
      const error: unknown = await promise.catch((reason: unknown) => reason);
      assert.ok(error instanceof DockerError, String(error));
      return error.problem;
    };

    it('that fails names its step, its instruction and its last words', async () => {
      const problem = await problemOf(
        build([`FROM ${image.tag}`, `ENV RUN=${process.pid}`, 'RUN echo what went wrong >&2; exit 3']),
      );
      assert.equal(problem.code, 'build-failed');
      assert.equal(problem.params['step'], '3');
      assert.equal(problem.params['instruction'], 'RUN echo what went wrong >&2; exit 3');
      assert.match(String(problem.params['message']), /non-zero code: 3/);
      assert.deepEqual(problem.params['output'], ['what went wrong']);
    });

    it('that is cancelled ends at once, in the engine too', async () => {
      const cancel = new AbortController();
      const marker = `sleep 5${process.pid}`;
      const building = build([`FROM ${image.tag}`, `RUN echo started; ${marker}`], {
        signal: cancel.signal,
        onStep: () => cancel.abort(),
      });
      assert.equal((await problemOf(building)).code, 'build-cancelled');
      const running = async () =>
        (await client.listContainers()).filter(({ image: of }) => of.includes(marker));
      for (let wait = 0; wait < 50 && (await running()).length > 0; wait++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      assert.deepEqual(await running(), []);
    });

    it('that was cancelled before it began is not begun', async () => {
      const problem = await problemOf(build([`FROM ${image.tag}`], { signal: AbortSignal.abort() }));
      assert.equal(problem.code, 'build-cancelled');
    });

    it('without its base image says so', async () => {
      const problem = await problemOf(build(['FROM lb-lab-registry.invalid/no/such:1']));
      assert.equal(problem.code, 'base-image-missing');
      assert.equal(problem.params['image'], 'lb-lab-registry.invalid/no/such:1');
    });
  });
});
