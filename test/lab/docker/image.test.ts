import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { BuildOptions, BuildProgress, DockerClient } from '../../../src/lab/docker/docker-client.ts';
import type { DockerError } from '../../../src/lab/docker/docker-problem.ts';
import { followBuild } from '../../../src/lab/docker/image/build-progress.ts';
import { contextDigest, packContext } from '../../../src/lab/docker/image/image-context.ts';
import { buildArguments, nodeImage } from '../../../src/lab/docker/image/node-image.ts';
import { root } from './docker-here.ts';

const file = (path: string, text: string) => ({ path, content: Buffer.from(text) });

async function unpack(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const reader = extract();
  Readable.from([archive]).pipe(reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name] = Buffer.concat(chunks).toString('utf8');
  }
  return files;
}

/** An engine that has the images named and remembers what it was asked to build. */
function fakeEngine(...images: string[]) {
  const builds: { context: Buffer; options: BuildOptions }[] = [];
  const client = {
    inspectImage: (reference: string) =>
      Promise.resolve(images.includes(reference) ? { size: 1 } : undefined),
    buildImage: (context: Buffer, options: BuildOptions) => {
      builds.push({ context, options });
      return Promise.resolve();
    },
  };
  return { client: client as unknown as DockerClient, builds };
}

describe('node image', () => {
  describe('its tag', () => {
    let folder: string;
    const tagAfter = (change: (folder: string) => void) => {
      folder = mkdtempSync(join(tmpdir(), 'lb-lab-test-'));
      try {
        cpSync(join(root, 'media/node-image'), join(folder, 'media/node-image'), { recursive: true });
        change(join(folder, 'media/node-image'));
        return nodeImage(folder).tag;
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    const { tag } = nodeImage(root);

    it('is a name and twelve digits', () => assert.match(tag, /^lb-lab\/node:[0-9a-f]{12}$/));
    it('is the same for the same content elsewhere', () =>
      assert.equal(
        tagAfter(() => undefined),
        tag,
      ));
    it('does not change with line ends', () => {
      const windows = (folder: string) => {
        const path = join(folder, 'Dockerfile');
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'));
      };
      assert.equal(tagAfter(windows), tag);
    });
    it('changes with a file', () => {
      assert.notEqual(
        tagAfter((folder) => writeFileSync(join(folder, 'Dockerfile'), 'FROM x')),
        tag,
      );
      assert.notEqual(
        tagAfter((folder) => writeFileSync(join(folder, 'more'), '')),
        tag,
      );
      assert.notEqual(
        tagAfter((folder) => rmSync(join(folder, 'apt-settings.sh'))),
        tag,
      );
    });
    it('knows where one file ends and the next begins', () => {
      const digests = [
        [file('a', 'bc')],
        [file('ab', 'c')],
        [file('a', 'b'), file('c', '')],
        [file('a', 'b\0c'), file('d', '')],
      ].map(contextDigest);
      assert.equal(new Set(digests).size, digests.length);
    });
  });

  it('is present when the engine has the tag', async () => {
    const image = nodeImage(root);
    assert.equal(await image.present(fakeEngine(image.tag).client), true);
    assert.equal(await image.present(fakeEngine('lb-lab/node:000000000000').client), false);
  });

  it('sends its folder, and a certificate only when there is one', async () => {
    const image = nodeImage(root);
    const { client, builds } = fakeEngine();
    await image.build(client);
    await image.build(client, { extraCa: 'PEM', baseImage: 'mine:1', networkMode: 'host' });
    const [plain, special] = builds;
    const files = await unpack(plain!.context);
    assert.deepEqual(Object.keys(files), [
      ...['Dockerfile', 'apt-settings.sh', 'modules/package-lock.json', 'modules/package.json'],
      ...['tools/package-lock.json', 'tools/package.json'],
    ]);
    assert.equal(files['Dockerfile'], readFileSync(join(root, 'media/node-image/Dockerfile'), 'utf8'));
    assert.equal((await unpack(special!.context))['extra-ca.crt'], 'PEM');
    assert.deepEqual(plain!.options, {
      tag: image.tag,
      labels: { 'lb-lab.image': 'node' },
      buildArguments: {},
    });
    assert.equal(special!.options.tag, image.tag);
    assert.equal(special!.options.networkMode, 'host');
    assert.deepEqual(special!.options.buildArguments, { BASE_IMAGE: 'mine:1' });
  });

  it('packs the same bytes every time', async () => {
    const files = [file('a', '1'), file('b/c', '2')];
    assert.deepEqual(await packContext(files), await packContext(files));
  });

  it('settings become build arguments', () => {
    assert.deepEqual(
      buildArguments({
        mirrors: {
          debian: 'http://d.example/debian',
          debianSecurity: 'http://d.example/s',
          npm: 'https://n.example/',
        },
        proxy: { http: 'http://p.example:1', https: 'http://p.example:2', except: 'a,b' },
      }),
      {
        DEBIAN_MIRROR: 'http://d.example/debian',
        DEBIAN_SECURITY_MIRROR: 'http://d.example/s',
        NPM_REGISTRY: 'https://n.example/',
        HTTP_PROXY: 'http://p.example:1',
        http_proxy: 'http://p.example:1',
        HTTPS_PROXY: 'http://p.example:2',
        https_proxy: 'http://p.example:2',
        NO_PROXY: 'a,b',
        no_proxy: 'a,b',
      },
    );
    assert.deepEqual(buildArguments({ baseImage: '' }), {});
  });

  it('brings the same versions of the native modules as the package', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
    const { devDependencies, optionalDependencies } = read('package.json');
    const known = { ...devDependencies, ...optionalDependencies };
    for (const [name, version] of Object.entries(read('media/node-image/modules/package.json').dependencies))
      assert.equal(known[name], version, name);
  });

  it('names no host in its lock files', () => {
    for (const folder of ['modules', 'tools']) {
      const path = join(root, 'media/node-image', folder, 'package-lock.json');
      assert.doesNotMatch(readFileSync(path, 'utf8'), /"resolved"/);
    }
  });

  describe('its build', () => {
    const follow = async (...messages: Record<string, unknown>[]) => {
      const progress: BuildProgress[] = [];
      const problem = await followBuild(stream(messages), 'e', (one) => progress.push(one)).then(
        () => undefined,
        (error: unknown) => (error as DockerError).problem,
      );
      return { progress, problem };
    };
    async function* stream(messages: Record<string, unknown>[]) {
      for (const message of messages) yield await Promise.resolve(message);
    }

    it('reports steps and what they write', async () => {
      const { progress, problem } = await follow(
        { stream: 'Step 1/2 : FROM a AS b' },
        { stream: '\n' },
        { stream: ' ---> 0123456789ab\n' },
        { status: 'Downloading', progressDetail: { current: 1, total: 9 }, id: 'layer' },
        { status: 'Pull complete', progressDetail: {}, id: 'layer' },
        { stream: 'STEP 2/2: RUN make\n' },
        { stream: '\u001b[91mone\rtwo\n\u001b[0mthree\n' },
        { aux: { ID: 'sha256:1' } },
      );
      assert.equal(problem, undefined);
      assert.deepEqual(progress, [
        { kind: 'step', step: 1, steps: 2, text: 'FROM a AS b' },
        { kind: 'output', text: 'layer: Pull complete' },
        { kind: 'step', step: 2, steps: 2, text: 'RUN make' },
        ...['one', 'two', 'three'].map((text) => ({ kind: 'output', text })),
      ]);
    });

    it('names the step that failed and what it wrote last', async () => {
      const { problem } = await follow(
        { stream: 'Step 1/9 : FROM a\n' },
        { stream: 'from the first\n' },
        { stream: 'Step 5/9 : RUN  make   all\n' },
        ...Array.from({ length: 40 }, (_, line) => ({ stream: `line ${line}\n` })),
        { errorDetail: { code: 2 }, error: 'returned a non-zero code: 2' },
      );
      const output = Array.from({ length: 15 }, (_, line) => `line ${line + 25}`);
      assert.deepEqual(problem, {
        code: 'build-failed',
        params: {
          step: '5',
          steps: '9',
          instruction: 'RUN make all',
          message: 'returned a non-zero code: 2',
          output,
        },
      });
    });
  });
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
