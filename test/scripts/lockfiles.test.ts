import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { complete, fetched, idOf, lockfiles, type LockEntry } from '../../scripts/lock.mjs';
import { root } from '../support/lb-lab.ts';

const packagesOf = (file: string): Record<string, LockEntry> =>
  (JSON.parse(readFileSync(root + file, 'utf8')) as { packages: Record<string, LockEntry> }).packages;

/** Why a package's own script may run when it is installed. */
const scripts: Readonly<Record<string, string>> = {
  cap: 'is compiled against libpcap; optional, so an install without a compiler goes on without it',
  esbuild: 'tries its program, which comes in a package for each platform',
  koffi: 'looks for its library, which comes in a package for each platform',
};

describe('the lockfiles', () => {
  it('are all looked at here', () => {
    const { stdout } = spawnSync('git', ['ls-files', '*package-lock.json'], { cwd: root, encoding: 'utf8' });
    assert.deepEqual([...lockfiles].sort(), stdout.trim().split('\n').sort());
  });

  for (const file of lockfiles) {
    describe(file, () => {
      const packages = packagesOf(file);

      it('has an integrity for every package: if not, node scripts/lock.mjs', () => {
        const entries = fetched(packages);
        assert.ok(entries.length > 0);
        for (const [path, { integrity }] of entries)
          assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/, path);
      });

      it('holds nothing else: its own folder, links into it, and what is inside of a package with an integrity', () => {
        const paths = new Set(fetched(packages).map(([path]) => path));
        for (const [path, { link, inBundle, resolved }] of Object.entries(packages)) {
          if (path === '' || paths.has(path)) continue;
          if (link) assert.ok(resolved !== undefined && resolved in packages, path);
          else if (inBundle) assert.ok([...paths].some((holder) => path.startsWith(`${holder}/`)));
          else assert.match(path, /^scripts\//);
        }
      });

      it('names no registry', () => {
        for (const [path, { resolved, link }] of Object.entries(packages))
          assert.ok(resolved === undefined || link, `${path}: ${resolved}`);
      });

      it('compiles nothing but cap, and runs no script without a reason', () => {
        for (const [path, entry] of Object.entries(packages))
          if (entry.hasInstallScript) assert.ok(scripts[idOf(path, entry).split('@')[0]!], path);
      });
    });
  }

  it('are completed where something is missing, and only there', () => {
    const packages: Record<string, LockEntry> = {
      '': {},
      'node_modules/a': { version: '1.0.0', resolved: 'https://example.org/a.tgz' },
      'node_modules/b': { version: '2.0.0', integrity: 'sha512-known' },
      'node_modules/b/node_modules/@c/d': { version: '3.0.0' },
      'node_modules/e': { name: 'real', version: '4.0.0' },
      'node_modules/a/node_modules/inside': { version: '5.0.0', inBundle: true },
      'node_modules/f': { resolved: 'folder', link: true },
      folder: { version: '6.0.0' },
    };
    const asked: string[] = [];
    const filled = complete(packages, (ids) => {
      asked.push(...ids);
      return Object.fromEntries(ids.map((id) => [id, `sha512-${id}`]));
    });
    assert.deepEqual(asked, ['a@1.0.0', '@c/d@3.0.0', 'real@4.0.0']);
    assert.equal(filled, 3);
    assert.deepEqual(packages, {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a@1.0.0' },
      'node_modules/b': { version: '2.0.0', integrity: 'sha512-known' },
      'node_modules/b/node_modules/@c/d': { version: '3.0.0', integrity: 'sha512-@c/d@3.0.0' },
      'node_modules/e': { name: 'real', version: '4.0.0', integrity: 'sha512-real@4.0.0' },
      'node_modules/a/node_modules/inside': { version: '5.0.0', inBundle: true },
      'node_modules/f': { resolved: 'folder', link: true },
      folder: { version: '6.0.0' },
    });
    assert.throws(() => complete({ 'node_modules/g': { version: '1.0.0' } }, () => ({})), /g@1\.0\.0/);
  });
});
