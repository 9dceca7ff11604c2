import { build } from 'esbuild';
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ToPeer } from './journeys-peer.ts';
import { CASE_NAMES, FRAMES, type Round } from './journeys-rounds.ts';
import { median } from './median.ts';

/**
 * The journeys as they are against those of another revision (`--against REVISION`, else the commit before), in one run:
 * two processes take turns, round by round, over the same events.
 */
const ROUNDS = 7;
/** Bundled into `dist/`, which stands as deep as `bench/` does. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({ options: { against: { type: 'string', default: 'HEAD^' } } });
const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const peers: ChildProcess[] = [];
try {
  const commit = extract(values.against);
  if (commit === undefined) console.log(`left out: there is no revision ${values.against} here`);
  else {
    console.log(
      `journeys now against ${commit}: ${FRAMES} frames, processor ms of all threads, medians of ${ROUNDS} rounds`,
    );
    const files = await Promise.all([bundle(folder), bundle(ROOT)]);
    for (const name of CASE_NAMES) {
      for (const file of files) peers.push(fork(file, { cwd: ROOT }));
      console.log(await measure(name));
      for (const peer of peers.splice(0)) peer.kill();
    }
  }
} finally {
  for (const peer of peers) peer.kill();
  rmSync(folder, { recursive: true });
}

/** The revision's sources, driven by today's benchmark. What commit it is; `undefined` when there is none. */
function extract(revision: string): string | undefined {
  const git = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync('git', args, { cwd: ROOT, maxBuffer: 1 << 28 });
  const found = git('log', '-1', '--format=%h %s', revision, '--');
  if (found.status !== 0) return undefined;
  const archive = git('archive', revision, 'src', 'l10n', 'package.json', 'tsconfig.json');
  const { status } = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout as Buffer });
  if (archive.status !== 0 || status !== 0) return undefined;
  mkdirSync(join(folder, 'bench'));
  for (const name of ['journeys-peer.ts', 'journeys-rounds.ts'])
    cpSync(join(ROOT, 'bench', name), join(folder, 'bench', name));
  return String(found.stdout).trim();
}

async function bundle(root: string): Promise<string> {
  const outfile = join(folder, root === folder ? 'before.mjs' : 'now.mjs');
  await build({
    entryPoints: [join(root, 'bench/journeys-peer.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    nodePaths: [join(ROOT, 'node_modules')],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

async function measure(name: (typeof CASE_NAMES)[number]): Promise<string> {
  for (const peer of peers) await ask(peer, name);
  const rounds = peers.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    // Nobody is always the first.
    for (const place of round % 2 === 0 ? [0, 1] : [1, 0])
      rounds[place]!.push(await ask(peers[place]!, 'next'));
  }
  const [before, now] = rounds.map((list) => list.map(({ busyMs }) => busyMs)) as [number[], number[]];
  const [slowBefore, slowNow] = rounds.map((list) => median(list.map(({ p99Ms }) => p99Ms)));
  const ratio = median(now.map((time, round) => time / before[round]!));
  const slices =
    name === 'live' ? `; p99 of a slice ${slowBefore!.toFixed(1)} → ${slowNow!.toFixed(1)} ms elapsed` : '';
  return `${name.padEnd(9)} ${median(before).toFixed(0).padStart(6)} → ${median(now).toFixed(0).padStart(6)} ms, ${ratio.toFixed(2)} of the time${slices}`;
}

function ask(peer: ChildProcess, message: ToPeer): Promise<Round> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error(`the process of ${message} ended`));
    peer.once('exit', ended);
    peer.once('message', (round: Round) => {
      peer.off('exit', ended);
      resolve(round);
    });
    peer.send(message);
  });
}
