// An engine: the one that answers, or (as root on Linux) one that is started here and ended with the caller. Nothing that
// was not started here is ended. For tests it begins empty and leaves nothing; for the commands below its images stay in
// the user's cache folder, so that what one made is there for the next.
//   node scripts/docker.mjs image      builds the node image with this machine's mirrors (--built: by the dist that is there)
//   node scripts/docker.mjs start      keeps an engine running until Ctrl-C, when none answers
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeBaseImage } from './base-image.mjs';
import { hostSettings, release } from './host-settings.mjs';
import { has, root, run } from './setup.mjs';

const startSeconds = 90;
const officialBase = `debian:${release}-slim`;

/** Where an engine of ours keeps its images from one start to the next; the next finds one that runs by its socket. */
const kept = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lb-lab-docker');
const keptHost = `unix://${kept}/docker.sock`;

/**
 * What was found: `environment` is for child processes and names the engine when it is one of ours (`ours`); `missing`
 * says in one line why there is none, and why none may be started.
 * @typedef {{ missing?: string, environment?: NodeJS.ProcessEnv, ours?: boolean, stop: () => Promise<void> }} Docker
 */

/**
 * @param {{ mayStart?: boolean, keep?: boolean }} [options] `keep`: with the images of the last time, and for the next
 * @returns {Promise<Docker>}
 */
export async function ensureDocker({ mayStart = Boolean(process.env.CI), keep = false } = {}) {
  const stop = () => Promise.resolve();
  if (answers(process.env)) return { environment: process.env, stop };
  const ofOurs = { ...process.env, DOCKER_HOST: keptHost };
  if (keep && answers(ofOurs)) return { environment: ofOurs, ours: true, stop };
  if (!mayStart) return { missing: 'no Docker engine answers: start Docker', stop };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { missing: 'no Docker engine answers, and one can be started here only as root on Linux', stop };
  }
  if (!has('dockerd')) return { missing: 'dockerd is missing: apt-get install docker.io', stop };
  return startEngine(keep);
}

/**
 * @param {boolean} keep
 * @returns {Promise<Docker>}
 */
async function startEngine(keep) {
  if (keep) mkdirSync(kept, { recursive: true, mode: 0o700 });
  const folder = keep ? kept : mkdtempSync(join(tmpdir(), 'lb-lab-docker-'));
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
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const environment = { ...process.env, DOCKER_HOST: host };
  for (let second = 0; second < startSeconds && engine.exitCode === null && engine.pid; second++) {
    if (answers(environment)) return { environment, ours: true, stop };
    await sleep(1000);
  }
  const missing = `dockerd did not start:\n${readFileSync(log, 'utf8').split('\n').slice(-10).join('\n')}`;
  await stop();
  return { missing, stop };
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
  const isBuilt = process.argv.includes('--built');
  const code = wantsImage && !isBuilt ? run(process.execPath, ['scripts/build.mjs']) : 0;
  if (code !== 0) process.exit(code);
  const docker = await ensureDocker({ mayStart: true, keep: true });
  if (docker.missing) {
    console.error(docker.missing);
    process.exit(1);
  }
  const host = docker.environment.DOCKER_HOST;
  const inIt = `${docker.ours ? `DOCKER_HOST=${host} ` : ''}npm start -- examples/dr.lblab.yaml --engine docker`;
  if (wantsImage) {
    const code = await buildNodeImage(docker.environment);
    await docker.stop();
    if (code !== 0) process.exit(code);
    if (docker.ours) {
      console.log(`\nThe image is kept in ${kept}. To use it, keep an engine running:`);
      console.log('  node scripts/docker.mjs start\nand in another terminal:');
    } else console.log('\nThe image is built. To use it:');
    console.log(`  ${inIt}`);
    process.exit(0);
  }
  if (docker.ours) console.log(`An engine runs until Ctrl-C; its images stay in ${kept}.`);
  else console.log('A Docker engine answers; nothing was started.');
  console.log(`  ${inIt}`);
}
