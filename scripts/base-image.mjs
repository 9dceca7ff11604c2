// Makes the base image of the nodes from Debian's packages where no registry answers: debootstrap, then an import into
// the engine that the docker CLI talks to. Needs root, debootstrap and docker.
//   node scripts/base-image.mjs [--tag NAME] [--mirror URL] [--force]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostSettings, release } from './host-settings.mjs';

export const defaultTag = `lb-lab/base:${release}`;

/**
 * Leaves an image that is there alone unless `force`. Throws with what to do when it cannot be made.
 * @param {{ tag?: string, mirror?: string, force?: boolean, environment?: NodeJS.ProcessEnv }} [options]
 */
export async function makeBaseImage({
  tag = defaultTag,
  mirror,
  force = false,
  environment = process.env,
} = {}) {
  if (!force && succeeds('docker', ['image', 'inspect', tag], environment)) return tag;
  if (process.getuid?.() !== 0) throw new Error('debootstrap needs root: run the command again with sudo.');
  const source = mirror ?? hostSettings().debian;
  const root = mkdtempSync(join(tmpdir(), 'lb-lab-base-'));
  try {
    const args = ['--variant=minbase', '--merged-usr', release, root, ...(source ? [source] : [])];
    const made = spawnSync('debootstrap', args, { encoding: 'utf8' });
    if (made.error) throw new Error('debootstrap is missing: apt-get install debootstrap');
    if (made.status !== 0)
      throw new Error(`debootstrap failed:\n${made.stdout.split('\n').slice(-8).join('\n')}`);
    slim(root);
    await importImage(root, tag, environment);
    return tag;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the official slim images leave out as well: documentation (not the licences), translations, package lists. */
function slim(root) {
  const empty = [
    'usr/share/man',
    'usr/share/info',
    'usr/share/locale',
    'usr/share/lintian',
    'var/lib/apt/lists',
  ];
  for (const folder of [...empty, 'var/cache/apt', 'var/log']) {
    for (const name of readdirSync(join(root, folder))) rmSync(join(root, folder, name), { recursive: true });
  }
  const documentation = join(root, 'usr/share/doc');
  for (const entry of readdirSync(documentation, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory() && entry.name !== 'copyright') rmSync(join(entry.parentPath, entry.name));
  }
}

function importImage(root, tag, environment) {
  return new Promise((resolve, reject) => {
    const tar = spawn('tar', ['--numeric-owner', '--one-file-system', '-C', root, '-c', '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const docker = spawn('docker', ['import', '--change', 'CMD ["bash"]', '-', tag], {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: environment,
    });
    tar.stdout.pipe(docker.stdin);
    docker.stdin.on('error', () => undefined);
    docker.on('error', () => reject(new Error('docker is missing: apt-get install docker.io')));
    docker.on('close', (code) => (code === 0 ? resolve() : reject(new Error('docker import failed.'))));
  });
}

function succeeds(program, args, environment) {
  return spawnSync(program, args, { stdio: 'ignore', env: environment }).status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { tag: { type: 'string' }, mirror: { type: 'string' }, force: { type: 'boolean' } },
  });
  try {
    console.log(await makeBaseImage(values));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
