import { build } from 'esbuild';
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ToPeer } from './forwarder-peer.ts';
import { CASE_NAMES, PACKETS, type Round } from './forwarder-rounds.ts';
import { median } from './median.ts';

/**
 * The forwarder as it is against the forwarder of another revision (`--against REVISION`, else the commit before), in one
 * run: three processes take turns, round by round, the third being the present one again. What these two differ by is
 * the noise that a difference to the other revision has to exceed.
 */
export async function run(print: (line: string) => void, revision: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
  const peers: ChildProcess[] = [];
  try {
    const commit = extract(revision, folder);
    if (commit === undefined) return print(`left out: there is no revision ${revision} here`);
    print(
      `forwarder now against ${commit}: ns per packet, medians of ${ROUNDS} rounds of ${PACKETS.toLocaleString('en')} packets`,
    );
    print('model         connections  before     now  now/before   (of rounds)  now/now   (of rounds)');
    const [before, now] = await Promise.all([bundle(folder, folder), bundle(ROOT, folder)]);
    for (const name of CASE_NAMES) {
      for (const connections of [1_000, 1_000_000]) {
        for (const file of [before, now, now]) peers.push(fork(file, { execArgv: ['--expose-gc'] }));
        print(await measure(peers, name, connections));
        for (const peer of peers.splice(0)) peer.kill();
      }
    }
  } finally {
    for (const peer of peers) peer.kill();
    rmSync(folder, { recursive: true });
  }
}

const ROUNDS = 15;
/** Bundled into `dist/`, which stands as deep as `bench/` does. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The revision's sources, driven by today's benchmark. What commit it is; `undefined` when there is none. */
function extract(revision: string, folder: string): string | undefined {
  const git = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync('git', args, { cwd: ROOT, maxBuffer: 1 << 28 });
  const found = git('log', '-1', '--format=%h %s', revision, '--');
  if (found.status !== 0) return undefined;
  const archive = git('archive', revision, 'src');
  const { status } = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout as Buffer });
  if (archive.status !== 0 || status !== 0) return undefined;
  mkdirSync(join(folder, 'bench'));
  for (const name of ['forwarder-peer.ts', 'forwarder-rounds.ts'])
    cpSync(join(ROOT, 'bench', name), join(folder, 'bench', name));
  return String(found.stdout).trim();
}

async function bundle(root: string, folder: string): Promise<string> {
  const outfile = join(folder, root === folder ? 'before.mjs' : 'now.mjs');
  await build({
    entryPoints: [join(root, 'bench/forwarder-peer.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  return outfile;
}

async function measure(peers: readonly ChildProcess[], name: string, connections: number): Promise<string> {
  for (const peer of peers) await ask(peer, { name, connections });
  const times = peers.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    // Nobody is always the first.
    for (let turn = 0; turn < peers.length; turn++) {
      const place = (round + turn) % peers.length;
      const { copy, total } = await ask(peers[place]!, 'next');
      times[place]!.push(total - copy);
    }
  }
  const [before, now, again] = times as [number[], number[], number[]];
  return [
    name.padEnd(12),
    connections.toLocaleString('en').padStart(12),
    median(before).toFixed(1).padStart(7),
    median(now).toFixed(1).padStart(7),
    compare(now, before).padStart(26),
    compare(again, now).padStart(23),
  ].join(' ');
}

/** The median of the rounds' ratios, and between which quarters of them lie the middle ones. */
function compare(times: readonly number[], others: readonly number[]): string {
  const ratios = times.map((time, round) => time / others[round]!).sort((a, b) => a - b);
  const quarter = ratios.length >> 2;
  const [low, high] = [ratios[quarter]!, ratios[ratios.length - 1 - quarter]!];
  return `${median(ratios).toFixed(2)}  (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function ask(peer: ChildProcess, message: ToPeer): Promise<Round> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error(`the process of ${JSON.stringify(message)} ended`));
    peer.once('exit', ended);
    peer.once('message', (round: Round) => {
      peer.off('exit', ended);
      resolve(round);
    });
    peer.send(message);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { against: { type: 'string', default: 'HEAD^' } } });
  await run(console.log, values.against);
}
