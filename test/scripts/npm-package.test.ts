import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { buildOnce, lbLab, root, temporaryFolder, type TemporaryFolder } from '../support/lb-lab.ts';

/** What `npm pack` makes of this source tree, unpacked as npm does it, and used where nothing else is. */
describe('the npm package', () => {
  let folder: TemporaryFolder;
  let unpacked: string;
  let files: readonly string[];
  before(function () {
    this.timeout(120_000);
    buildOnce();
    folder = temporaryFolder();
    const tool = (program: string, args: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: root,
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      assert.equal(status, 0, stderr);
      return stdout;
    };
    // Its `prepack` would build once more.
    const [packed] = JSON.parse(
      tool('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder.path('.')]),
    ) as { filename: string; files: { path: string }[] }[];
    files = packed!.files.map(({ path }) => path);
    tool('tar', ['-xzf', folder.path(packed!.filename), '-C', folder.path('.')]);
    unpacked = folder.path('package');
  });
  after(() => folder.remove());

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [`${unpacked}/dist/lb-lab.js`, ...args], {
      cwd: unpacked,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LANG: 'C' },
    });

  it('holds no sources, tests or tools', () => {
    const parts = new Set(files.map((file) => file.split('/')[0]!));
    assert.deepEqual([...parts].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'dist',
      'docs',
      'examples',
      'media',
      'package.json',
    ]);
    assert.deepEqual(
      files.filter((file) => /\.(ts|mjs|map|node)$|node_modules/.test(file)),
      [],
    );
  });

  it('runs without any other package', () => {
    assert.equal(existsSync(`${unpacked}/node_modules`), false);
    const { status, stdout, stderr } = run('run', 'examples/dr.lblab.yaml');
    assert.equal(status, 0, stderr);
    assert.equal(stdout, lbLab(['run', 'examples/dr.lblab.yaml']).out);
  });

  it('makes a page of a recording', () => {
    const file = folder.path('page.html');
    const { status, stderr } = run('run', 'examples/dr.lblab.yaml', '--quiet', '--html', file);
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(file, 'utf8'), /id="recording">[A-Za-z0-9+/]{1000}/);
  });

  it('has the lessons, and makes the same node image', () => {
    const lessons = run('lessons').stdout;
    for (const name of readdirSync(`${root}examples/lessons`))
      assert.ok(lessons.includes(name.replace('.lblab.yaml', '')), name);
    assert.equal(run('image', 'tag').stdout, lbLab(['image', 'tag']).out);
    for (const name of ['agent', 'forwarder-process', 'decapsulator-process'])
      assert.ok(files.includes(`dist/${name}.cjs`), name);
  });
});
