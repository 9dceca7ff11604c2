import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPcapng } from '../src/journey/export-pcapng.ts';
import { JourneyBuilder } from '../src/journey/journey-builder.ts';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../src/lab/events.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import { makeTranslate } from '../test/support/translate.ts';
import { decodeFrame } from '../src/packet/decode.ts';
import { median } from './median.ts';

/** Decoding and joining, against `tshark -T fields` over the same frames in the same run. */
const FRAMES = 100_000;
const RUNS = 5;
const LIMIT_MS = 500;

const text = readFileSync(new URL('../examples/dr.lblab.yaml', import.meta.url), 'utf8');
const { plan: loaded } = loadTopology(text, 'dr.lblab.yaml');
if (!loaded) throw new Error('examples/dr.lblab.yaml has errors');
const plan = {
  ...loaded,
  traffic: loaded.traffic.map((entry) => ({ ...entry, count: 1_000_000, everyNs: 2e6 })),
};

const startedAt = '2026-01-01T00:00:00.000000000Z';
const events: LabEvent[] = [];
let frames = 0;
const engine = new EmbeddedEngine(
  plan,
  (told) => {
    for (const event of told) {
      if (frames >= FRAMES) return;
      if (event.kind === 'frame') frames++;
      events.push(event);
    }
  },
  { startedAt },
);
await engine.start();
for (let limit = 1e9; frames < FRAMES; limit += 1e9) await engine.settled(limit);
await engine.stop();

const build = () => {
  const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt, translate: makeTranslate('en') });
  builder.add(events);
  return builder.report();
};

const timed = (body: () => unknown): number => {
  const began = performance.now();
  body();
  return performance.now() - began;
};

const report = build();
const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const file = join(folder, 'frames.pcapng');
writeFileSync(file, exportPcapng(events, report, plan, makeTranslate('en')));
const fields = [
  'frame.time_epoch',
  'eth.src',
  'eth.dst',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq',
];
const tshark = () =>
  spawnSync('tshark', ['-n', '-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
    stdio: 'ignore',
  });
const peer = tshark().error === undefined;

/** Hops, changes and predictions are made when they are read: this reads them all, as `--json` does. */
const readAll = (all: ReturnType<typeof build>): number => {
  let fields = 0;
  for (const { hops } of all.journeys)
    for (const hop of hops) fields += hop.changes.length + hop.expected.length;
  return fields;
};

const decodes: number[] = [];
const wholes: number[] = [];
const joins: number[] = [];
const peers: number[] = [];
for (let round = 0; round < RUNS; round++) {
  decodes.push(timed(() => events.forEach((event) => event.kind === 'frame' && decodeFrame(event.bytes))));
  joins.push(timed(build));
  wholes.push(timed(() => readAll(build())));
  if (peer) peers.push(timed(tshark));
}
rmSync(folder, { recursive: true });

const rate = (ms: number) => `${Math.round(frames / (ms / 1000)).toLocaleString('en')} frames/s`;
console.log(
  `${frames} frames, ${report.journeys.length} journeys, ${report.flows.length} flows; medians of ${RUNS} runs`,
);
console.log(`decoded only:                 ${median(decodes).toFixed(0)} ms, ${rate(median(decodes))}`);
console.log(
  `decoded, joined and reported: ${median(joins).toFixed(0)} ms, ${rate(median(joins))}, ${(median(joins) / LIMIT_MS).toFixed(2)} of the limit of ${LIMIT_MS} ms`,
);
console.log(
  `the same, every hop's changes and predictions read: ${median(wholes).toFixed(0)} ms, ${rate(median(wholes))}`,
);
if (peer) {
  console.log(`tshark -T fields:             ${median(peers).toFixed(0)} ms, ${rate(median(peers))}`);
  const ratio = (times: readonly number[]) => (median(times) / median(peers)).toFixed(3);
  console.log(`ratio, ours to tshark's time: joined ${ratio(joins)}, all read ${ratio(wholes)}`);
} else console.log('tshark is not installed: apt-get install tshark gives the comparison');
