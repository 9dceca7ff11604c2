import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { CaptureRecord } from '../src/packet/capture.ts';
import { writePcapng } from '../src/packet/pcapng.ts';
import { median } from './median.ts';

/**
 * `lb-lab explain` of a million frames: in three files, one of each host, against the same million in one file; and one file
 * now against the last revision that took one only. Each a process of its own, in turns.
 */
const FRAMES = 1_000_000;
const ROUNDS = 3;
/** The last one before several captures made one story. */
const BEFORE = '3784e19';
const HOSTS = ['router', 'director', 'rs1'];
/** By which the clocks of the hosts differ, in a run of its own. */
const APART_NS: Readonly<Record<string, bigint>> = { router: 0n, director: 3_000_000_000n, rs1: -300_000n };
const EVERY_NS = 2e6;
/** Bundled into `dist/`, which stands as deep as `bench/` does. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOPOLOGY = join(ROOT, 'examples/dr.lblab.yaml');

interface Usage {
  readonly busyMs: number;
  readonly mostMb: number;
}

const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
try {
  await write();
  const [now, before] = [await bundle(ROOT, 'now'), await bundleBefore()];
  const own = HOSTS.map((host) => `${host}.pcapng`);
  const ways = {
    'one file': [now, ['all.pcapng']],
    'three files': [now, own],
    'three clocks': [now, own.map((name) => `apart-${name}`)],
    ...(before !== undefined && { before: [before, ['all.pcapng']] as const }),
  } satisfies Readonly<Record<string, readonly [string, readonly string[]]>>;
  const used = new Map<string, Usage[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const turns = Object.entries(ways);
    // Nobody is always the first.
    for (const [name, [file, captures]] of round % 2 === 0 ? turns : turns.reverse())
      used.set(name, [...(used.get(name) ?? []), explain(file, captures)]);
  }
  console.log(`${FRAMES} frames: medians of ${ROUNDS} rounds, processor ms of all threads, most resident MB`);
  for (const [name, rounds] of used) {
    const of = (key: keyof Usage): string => median(rounds.map((one) => one[key])).toFixed(0);
    console.log(`${name.padEnd(13)}${of('busyMs').padStart(7)} ms ${of('mostMb').padStart(6)} MB`);
  }
  for (const name of ['three files', 'three clocks']) compare(used, name, 'one file');
  if (before === undefined) console.log(`left out: there is no revision ${BEFORE} here`);
  else compare(used, 'one file', 'before');
} finally {
  rmSync(folder, { recursive: true });
}

function compare(used: ReadonlyMap<string, readonly Usage[]>, name: string, other: string): void {
  const [rounds, others] = [used.get(name)!, used.get(other)!];
  const ratio = (key: keyof Usage): string =>
    median(rounds.map((one, round) => one[key] / others[round]![key])).toFixed(2);
  console.log(`${name} to ${other}: ${ratio('busyMs')} of the time, ${ratio('mostMb')} of the memory`);
}

/** The same frames in one file and in one file of each host, these once more with clocks that differ. */
async function write(): Promise<void> {
  const { plan: loaded } = loadTopology(readFileSync(TOPOLOGY, 'utf8'), 'dr.lblab.yaml');
  if (!loaded) throw new Error(`${TOPOLOGY} has errors`);
  const plan = {
    ...loaded,
    traffic: loaded.traffic.map((one) => ({ ...one, count: FRAMES, everyNs: EVERY_NS })),
  };
  const points = plan.nodes.flatMap(({ name, interfaces }) =>
    HOSTS.includes(name) ? interfaces.map(({ segment }) => `${name}.${segment}`) : [],
  );
  const records: CaptureRecord[] = [];
  const engine = new EmbeddedEngine(
    plan,
    (events) => {
      for (const event of events) {
        if (event.kind !== 'frame' || records.length >= FRAMES) continue;
        const place = points.indexOf(`${event.node}.${event.segment}`);
        if (place < 0) continue;
        const { bytes, originalLength, direction } = event;
        const timeNs = 1_700_000_000_000_000_000n + BigInt(Math.round(event.timeNs));
        records.push({ interface: place, timeNs, bytes, originalLength, direction, comments: [] });
      }
    },
    { startedAt: '2026-01-01T00:00:00.000000000Z' },
  );
  await engine.start();
  for (let limit = 1e9; records.length < FRAMES; limit += 1e9) await engine.settled(limit);
  await engine.stop();
  const save = (file: string, kept: readonly string[], list: readonly CaptureRecord[]): void => {
    const interfaces = kept.map((name) => ({ name, linkType: 1, snapLength: 262_144 }));
    writeFileSync(join(folder, file), writePcapng({ interfaces, records: list, names: [] }));
  };
  save('all.pcapng', points, records);
  for (const host of HOSTS) {
    const own = points.filter((point) => point.startsWith(`${host}.`));
    const list = records.flatMap((record) => {
      const place = own.indexOf(points[record.interface]!);
      return place < 0 ? [] : [{ ...record, interface: place }];
    });
    save(`${host}.pcapng`, own, list);
    const apart = list.map((record) => ({ ...record, timeNs: record.timeNs + APART_NS[host]! }));
    save(`apart-${host}.pcapng`, own, apart);
  }
}

/** The command line of that source, which says at its end what it used. */
async function bundle(root: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  const usage = `process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.log(JSON.stringify({ busyMs: (userCPUTime + systemCPUTime) / 1000, mostMb: maxRSS / 1024 }));
  });`;
  await build({
    stdin: { contents: `import './src/cli/main.ts';\n${usage}`, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    packages: 'bundle',
    external: ['cap', 'koffi', 'ssh2', 'cpu-features'],
    nodePaths: [join(ROOT, 'node_modules')],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

/** `undefined` where the history is not here. */
async function bundleBefore(): Promise<string | undefined> {
  const paths = ['src', 'l10n', 'package.json', 'tsconfig.json'];
  const archive = spawnSync('git', ['archive', BEFORE, ...paths], { cwd: ROOT, maxBuffer: 1 << 28 });
  if (archive.status !== 0) return undefined;
  const { status } = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
  return status === 0 ? bundle(folder, 'before') : undefined;
}

function explain(file: string, captures: readonly string[]): Usage {
  const paths = captures.map((name) => join(folder, name));
  const args = ['--max-old-space-size=8192', file, 'explain', ...paths, '--topology', TOPOLOGY, '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`explain ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Usage;
}
