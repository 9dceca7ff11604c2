import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const read = (file: string): string => readFileSync(root + file, 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};

/**
 * A clone in which nothing has been installed: what can run there before the packages are. The `npm` on its path notes
 * what it was asked and fails, as without a network. `.ci/run` proves the first command with the real one.
 */
describe('a fresh clone', () => {
  const folder = temporaryFolder();
  const clone = folder.path('clone');
  const asked = folder.path('asked');
  before(function () {
    // The stand-in for npm is a shell script.
    if (process.platform === 'win32') this.skip();
    mkdirSync(clone);
    for (const part of ['scripts', 'package.json', 'package-lock.json'])
      cpSync(root + part, `${clone}/${part}`, { recursive: true });
    mkdirSync(folder.path('bin'));
    writeFileSync(folder.path('bin/npm'), `#!/bin/sh\necho "$@" >> '${asked}'\nexit 1\n`, { mode: 0o755 });
  });
  beforeEach(() => rmSync(asked, { force: true }));
  after(folder.remove);

  /** As a terminal would, but for CI: there `npm test` may install Debian's packages. */
  const type = (command: string) => {
    const path = [folder.path('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    return spawnSync(command, {
      cwd: clone,
      shell: true,
      encoding: 'utf8',
      env: { ...process.env, CI: '', PATH: path },
    });
  };

  /** What the texts tell people to type beside the npm scripts. */
  const documented = [...read('README.md').matchAll(/`(node scripts\/[^`]*)`/g)].map(
    ([, command]) => command!,
  );
  const commands = [
    ...Object.entries(manifest.scripts).map(([name, command]) => [`npm run ${name}`, command] as const),
    ...documented.map((command) => [command, command] as const),
  ];
  assert.ok(commands.length > 12 && documented.length > 0);
  for (const [name, command] of commands) {
    it(`${name} begins with the packages, and says so when they cannot be had`, () => {
      const { status, stderr } = type(command);
      assert.ok(existsSync(asked), `nothing was installed: ${stderr}`);
      assert.match(readFileSync(asked, 'utf8'), /^ci /);
      assert.match(stderr, /The packages could not be installed\. Check the network/);
      assert.notEqual(status, 0);
    });
  }

  it('what VS Code runs before a launch is one of them', () => {
    const json = (file: string) => JSON.parse(read(`.vscode/${file}`)) as Record<string, Entry[]>;
    interface Entry {
      readonly name: string;
      readonly label: string;
      readonly type: string;
      readonly script: string;
      readonly preLaunchTask?: string;
    }
    const tasks = json('tasks.json')['tasks']!;
    for (const { label, type: kind, script } of tasks)
      assert.ok(kind === 'npm' && script in manifest.scripts, label);
    for (const { name, preLaunchTask } of json('launch.json')['configurations']!)
      assert.ok(
        tasks.some(({ label }) => label === preLaunchTask),
        name,
      );
  });

  it('npm run check covers every type project', () => {
    const modules = `${clone}/node_modules`;
    mkdirSync(`${modules}/typescript/bin`, { recursive: true });
    try {
      cpSync(`${root}package-lock.json`, `${modules}/.package-lock.json`);
      const compiler = 'console.log(process.argv[process.argv.indexOf("-p") + 1]);';
      writeFileSync(`${modules}/typescript/bin/tsc`, compiler);
      const { stdout, stderr } = type(manifest.scripts['check']!);
      assert.equal(existsSync(asked), false, 'packages that are there are not installed again');
      const { stdout: all } = spawnSync('git', ['ls-files', '*tsconfig*.json'], {
        cwd: root,
        encoding: 'utf8',
      });
      assert.deepEqual(stdout.split('\n').sort(), all.split('\n').sort(), stderr);
      assert.ok(all.includes('tsconfig.json'));
    } finally {
      rmSync(modules, { recursive: true });
    }
  });

  it('one version of Node is asked for', () => {
    const oldest = manifest.engines.node.replace(/^>=(\d+\.\d+)\.0$/, '$1');
    assert.ok(read('README.md').includes(`Only Node ${oldest} or newer`));
    assert.ok(read('README.zh-CN.md').includes(`Node ${oldest} 或更新`));
    const tooOld = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `Object.defineProperty(process.versions, 'node', { value: '${Number(oldest.split('.')[0]) - 1}.99.0' });
         (await import('${pathToFileURL(`${clone}/scripts/setup.mjs`).href}')).ensureDependencies();`,
      ],
      { encoding: 'utf8' },
    );
    assert.equal(tooOld.status, 2);
    assert.ok(tooOld.stderr.includes(`LB Lab needs Node ${oldest} or newer.`), tooOld.stderr);
  });
});
