// What a fresh clone needs before anything else can run. Uses Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program with the terminal's own streams and returns its exit code. Never through a shell. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) {
    console.error(`${program}: ${result.error.message}`);
    return 127;
  }
  return result.status ?? 1;
}

/** Runs one of the project's own tools from node_modules with this Node. */
export function runTool(path, args, options = {}) {
  return run(process.execPath, [`node_modules/${path}`, ...args], options);
}

/** True when a program is on the PATH. */
export function has(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function fail(message) {
  console.error(`\n${message}`);
  process.exit(2);
}

/**
 * Installs the packages of package-lock.json unless exactly those are there already. Whoever needs a package calls this
 * first and only then imports it, with `import()`: a fresh clone has none. `also` names optional ones that count as well:
 * npm leaves out what cannot be compiled, and what was missing then may have come since.
 */
export function ensureDependencies({ also = [] } = {}) {
  const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const [oldest] = /\d+\.\d+/.exec(engines.node);
  const [major, minor] = oldest.split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor < major || (ourMajor === major && ourMinor < minor)) {
    fail(
      `Node ${process.versions.node} is too old: LB Lab needs Node ${oldest} or newer. Install it and run the command again.`,
    );
  }
  if (installedMatchesLock(also)) return;
  console.error('Installing packages (once) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // `cap` asserts that an interface never goes down: with assertions compiled in, one that does ends the process.
  const env = { ...process.env, CXXFLAGS: `${process.env.CXXFLAGS ?? ''} -DNDEBUG`.trim() };
  if (run(npm, args, { shell: process.platform === 'win32', stdio: ['ignore', 2, 2], env }) !== 0) {
    fail(
      'The packages could not be installed. Check the network and the npm registry setting, then run the command again.',
    );
  }
}

function installedMatchesLock(also) {
  const installed = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const counts = (name, { optional }) => !optional || also.some((one) => name === `node_modules/${one}`);
  const versions = (path) => {
    const { packages } = JSON.parse(readFileSync(path, 'utf8'));
    return Object.entries(packages)
      .filter(([name, entry]) => name !== '' && counts(name, entry))
      .map(([name, entry]) => `${name}@${entry.version}`)
      .sort()
      .join();
  };
  return versions(installed) === versions(`${root}package-lock.json`);
}

/**
 * Debian packages that only some tests need. As root on a machine with apt they are installed (under CI always);
 * elsewhere the command that would do it is returned.
 */
export function ensureDebianPackages(packages) {
  const command = `apt-get install ${packages.join(' ')}`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !has('apt-get')) return command;
  if (!process.env.CI) return command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  const args = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages];
  return run('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }) === 0 ? undefined : command;
}
