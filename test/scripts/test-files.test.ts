import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { beside } from '../../scripts/beside.mjs';
import { alone, inVsCode, others } from '../../scripts/test-files.mjs';
import { root, temporaryFolder } from '../support/lb-lab.ts';

/** By git: what is in the tree. The patterns know `**` + `/` and `*` only. */
const files = spawnSync('git', ['ls-files', '*.test.ts'], { cwd: root, encoding: 'utf8' })
  .stdout.trim()
  .split('\n');
const matches = (patterns: readonly string[], file: string): boolean =>
  patterns.some((pattern) => {
    const text = pattern
      .replaceAll('.', '\\.')
      .replaceAll('**/', '(.+/)?')
      .replace(/(?<!\))\*/g, '[^/]*');
    return new RegExp(`^${text}$`).test(file);
  });

/** What a test imports that reaches a real engine, kernel, interface or browser. */
const real =
  /^import [^;]*\b(dockerHere|dockerIsReady|PrivateEngine|launchBrowser|packagedBrowser|Workbench)\b|from '\.\/(keepalived|kernel|network|panel-page)\.ts'/m;

describe('the legs of npm test', () => {
  it('run every test file, and none twice', () => {
    assert.ok(files.length > 100);
    for (const file of files.filter((name) => !name.startsWith('test/vscode/host/'))) {
      const legs = [matches(alone, file), matches([inVsCode], file), runsWithOthers(file)];
      assert.equal(legs.filter(Boolean).length, 1, file);
    }
  });

  it('keep apart what needs the machine for itself', () => {
    const found = files.filter((file) => real.test(readFileSync(root + file, 'utf8')));
    assert.ok(found.length > 10);
    for (const file of found) assert.ok(!runsWithOthers(file), `${file} belongs into scripts/test-files.mjs`);
  });

  it('leave nothing when they are only listed', () => {
    const folder = temporaryFolder();
    try {
      const asking = files.filter((file) =>
        /^ {2}const folder = temporaryFolder\(\)/m.test(readFileSync(root + file, 'utf8')),
      );
      assert.ok(asking.length > 3);
      const { status, stdout } = spawnSync(
        process.execPath,
        ['node_modules/mocha/bin/mocha.js', '--dry-run', '--reporter', 'dot', ...asking],
        { cwd: root, encoding: 'utf8', env: { ...process.env, TMPDIR: folder.path('.') } },
      );
      assert.equal(status, 0, stdout);
      assert.deepEqual(
        readdirSync(folder.path('.')).filter((name) => name.startsWith('lb-lab')),
        [],
      );
    } finally {
      folder.remove();
    }
  });

  it('hear of a program that ran beside them when they ask, and all of it', async () => {
    const script = `process.stderr.write('first\\n'); process.stdout.write('x'.repeat(1 << 20)); process.exitCode = 3;`;
    const { code, text } = await beside(process.execPath, ['--eval', script]);
    assert.equal(code, 3);
    assert.equal(text, `first\n${'x'.repeat(1 << 20)}`);
    const missing = await beside('lb-lab-no-such-program', []);
    assert.equal(missing.code, 127);
    assert.match(missing.text, /lb-lab-no-such-program/);
  });
});

/** As mocha reads its arguments. */
function runsWithOthers(file: string): boolean {
  const ignored = others.filter((_, index) => others[index - 1] === '--ignore');
  const wanted = others.filter((word, index) => word !== '--ignore' && others[index - 1] !== '--ignore');
  return matches(wanted, file) && !matches(ignored, file);
}
