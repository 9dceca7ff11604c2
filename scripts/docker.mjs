// An engine for the tests: the one that answers, or under CI (as root on Debian) one that is installed and started here
// with a data folder of its own, and ended with the caller. Nothing that was not started here is ended.
//   node scripts/docker.mjs image      builds the node image with this machine's mirrors
//   node scripts/docker.mjs start      keeps an engine running until Ctrl-C, when none answers
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeBaseImage } from './base-image.mjs';
import { hostSettings, release } from './host-settings.mjs';
import { has, root, run } from './setup.mjs';

const startSeconds = 90;
const officialBase = `debian:${release}-slim`;

/**
 * Resolves to `{ environment, stop }`, or to `{ missing }` with the reason in one line where there is no engine and none
 * may be started. `environment` is for child processes: it names the engine when it is one of ours.
 */
export async function ensureDocker({ mayStart = Boolean(process.env.CI) } = {}) {
  const nothing = () => Promise.resolve();
  if (answers(process.env)) return { environment: process.env, stop: nothing };
  if (!mayStart) return { missing: 'no Docker engine answers: start Docker' };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { missing: 'an engine can be started here only as root on Linux' };
  }
  if (!has('dockerd')) return { missing: 'dockerd is missing: apt-get install docker.io' };
  return startEngine();
}

async function startEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-docker-'));
  const host = `unix://${folder}/docker.sock`;
  const log = join(folder, 'dockerd.log');
  const output = openSync(log, 'w');
  const args = [
    ...['--host', host, '--data-root', `${folder}/data`, '--exec-root', `${folder}/run`],
    ...['--pidfile', `${folder}/dockerd.pid`],
  ];
  // A group of its own, so that Ctrl-C reaches it through `stop` and after the tests' own cleaning up.
  const engine = spawn('dockerd', args, { stdio: ['ignore', output, output], detached: true });
  const ended = new Promise((resolve) => engine.once('exit', resolve).once('error', resolve));
  const stopNow = () => void engine.kill('SIGTERM');
  process.once('exit', stopNow);
  const interrupted = () => void stop().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted);
  const stop = async () => {
    process.off('exit', stopNow);
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupted);
    if (engine.exitCode === null) engine.kill('SIGTERM');
    await Promise.race([ended, sleep(30_000, undefined, { ref: false })]);
    if (engine.exitCode === null) engine.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const environment = { ...process.env, DOCKER_HOST: host };
  for (let second = 0; second < startSeconds && engine.exitCode === null && engine.pid; second++) {
    if (answers(environment)) return { environment, stop };
    await sleep(1000);
  }
  const missing = `dockerd did not start:\n${readFileSync(log, 'utf8').split('\n').slice(-10).join('\n')}`;
  await stop();
  return { missing };
}

function answers(environment) {
  const args = ['version', '--format', '{{.Server.Version}}'];
  return spawnSync('docker', args, { stdio: 'ignore', env: environment, timeout: 20_000 }).status === 0;
}

const lbLab = (...args) => [`${root}dist/lb-lab.js`, 'image', ...args];

/** Whether the engine has the node image of this source tree. Needs `dist`. */
export function nodeImageIsHere(environment) {
  const tag = spawnSync(process.execPath, lbLab('tag'), { encoding: 'utf8' }).stdout.trim();
  return spawnSync('docker', ['image', 'inspect', tag], { stdio: 'ignore', env: environment }).status === 0;
}

/** Builds the node image, when it is not there, as users do: by the command line in `dist`. Returns the exit code. */
export async function buildNodeImage(environment) {
  if (nodeImageIsHere(environment)) return 0;
  const { debian, debianSecurity, npm, ca, proxy } = hostSettings();
  const base = await baseImage(environment);
  const option = (name, value) => (value === undefined ? [] : [name, value]);
  return run(
    process.execPath,
    [
      ...lbLab('build', '--base-image', base),
      ...option('--debian-mirror', debian),
      ...option('--debian-security-mirror', debianSecurity),
      ...option('--npm-registry', npm),
      ...option('--proxy', proxy),
      ...option('--ca', ca),
    ],
    { env: environment },
  );
}

/** The official image where it is here; else one made from Debian's packages, so that no registry has to answer. */
async function baseImage(environment) {
  const inspect = ['image', 'inspect', officialBase];
  const here = spawnSync('docker', inspect, { stdio: 'ignore', env: environment }).status === 0;
  return here ? officialBase : makeBaseImage({ environment });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wantsImage = process.argv[2] === 'image';
  // First of all: what the build needs has to be installed, and an engine need not be started for a build that fails.
  const built = wantsImage ? run(process.execPath, ['scripts/build.mjs']) : 0;
  if (built !== 0) process.exit(built);
  const docker = await ensureDocker({ mayStart: true });
  if (docker.missing) {
    console.error(docker.missing);
    process.exit(1);
  }
  if (wantsImage) {
    const code = await buildNodeImage(docker.environment);
    await docker.stop();
    process.exit(code);
  }
  console.log(`DOCKER_HOST=${docker.environment.DOCKER_HOST ?? ''}`);
}
