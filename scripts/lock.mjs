// Completes the lockfiles: an `integrity` for every package, and no address of a registry. npm writes the first for what
// it has just looked up, and keeps leaving it out where the lockfile or node_modules it started from had none.
//   npm install PACKAGE && node scripts/lock.mjs
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { root } from './setup.mjs';

/** The project's own, and those of the node image. */
export const lockfiles = [
  'package-lock.json',
  'media/node-image/modules/package-lock.json',
  'media/node-image/tools/package-lock.json',
];

/**
 * What is read here of an entry of a lockfile's `packages`.
 * @typedef {{ name?: string, version?: string, resolved?: string, integrity?: string, link?: boolean, inBundle?: boolean,
 *   hasInstallScript?: boolean }} LockEntry
 */

/**
 * The entries of a lockfile's `packages` that come from a registry by themselves. Others have no tarball of their own:
 * the project, its folders and the links to them, and what lies inside another package's tarball.
 * @param {Record<string, LockEntry>} packages
 */
export function fetched(packages) {
  return Object.entries(packages).filter(
    ([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.inBundle,
  );
}

/**
 * `NAME@VERSION` as the registry knows it; an alias has its real name in the entry.
 * @param {string} path
 * @param {LockEntry} entry
 */
export function idOf(path, { name, version }) {
  return `${name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`;
}

/**
 * Fills in, in place, what `integrityOf` tells for a list of ids, and returns how many those were; throws where it does not
 * tell one. Addresses of registries go, those of folders stay.
 * @param {Record<string, LockEntry>} packages
 * @param {(ids: string[]) => Record<string, string>} integrityOf
 */
export function complete(packages, integrityOf) {
  const entries = fetched(packages);
  const lacking = entries.filter(([, { integrity }]) => integrity === undefined);
  const known = integrityOf([...new Set(lacking.map(([path, entry]) => idOf(path, entry)))]);
  for (const [path, entry] of lacking) {
    const integrity = known[idOf(path, entry)];
    if (integrity === undefined) throw new Error(`npm did not tell the integrity of ${idOf(path, entry)}.`);
    const { version, ...rest } = entry;
    packages[path] = { version, integrity, ...rest };
  }
  for (const [path] of entries) delete packages[path].resolved;
  return lacking.length;
}

/**
 * By npm itself, from the packages' own bytes.
 * @param {string[]} ids
 * @returns {Record<string, string>}
 */
function fromNpm(ids) {
  if (ids.length === 0) return {};
  const { status, stdout, error } = spawnSync(
    'npm',
    ['pack', '--dry-run', '--json', '--loglevel=error', ...ids],
    {
      cwd: tmpdir(),
      encoding: 'utf8',
      maxBuffer: 256 << 20,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) throw new Error(`npm pack failed${error ? `: ${error.message}` : ', see above.'}`);
  return Object.fromEntries(JSON.parse(stdout).map(({ id, integrity }) => [id, integrity]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of lockfiles) {
    const lock = JSON.parse(readFileSync(`${root}${file}`, 'utf8'));
    const added = complete(lock.packages, fromNpm);
    writeFileSync(`${root}${file}`, `${JSON.stringify(lock, null, 2)}\n`);
    console.log(`${file}: ${added} added, ${fetched(lock.packages).length} packages`);
  }
}
