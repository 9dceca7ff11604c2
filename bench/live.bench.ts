import { readFileSync } from 'node:fs';
import { JourneyBuilder } from '../src/journey/journey-builder.ts';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../src/lab/events.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { Plan } from '../src/lab/topology/plan.ts';
import { makeTranslate } from '../test/support/translate.ts';

/**
 * Journeys kept up live: the time that adding the events of one slice and asking for an update takes, when every slice
 * brings as much as a busy lab, and the memory that the records take besides the bytes captured. `--expose-gc` is
 * needed for the latter.
 */
const RATE = 5000;
const SLICE_MS = 50;
const PER_SLICE = (RATE * SLICE_MS) / 1000;
/** The ring is full when this many have come, so that evictions are measured too. */
const MAX_FRAMES = 80_000;
const SLICES = 480;
const WEIGHED = 200_000;
const LIMIT_MS = 20;
const LIMIT_BYTES = 250;

const startedAt = '2026-01-01T00:00:00.000000000Z';
const gc = (globalThis as { readonly gc?: () => void }).gc;

/** A lab under so much load, slice by slice. Nothing of it is kept here, as nobody keeps it in an editor. */
async function* slicesOf(plan: Plan): AsyncGenerator<readonly LabEvent[]> {
  let slice: LabEvent[] = [];
  let frames = 0;
  const ready: LabEvent[][] = [];
  const engine = new EmbeddedEngine(
    plan,
    (told) => {
      for (const event of told) {
        if (event.kind === 'frame' && frames++ === PER_SLICE) {
          ready.push(slice);
          slice = [];
          frames = 1;
        }
        slice.push(event);
      }
    },
    { startedAt },
  );
  await engine.start();
  for (let limit = 10e6; ; limit += 10e6) {
    await engine.settled(limit);
    for (let one = ready.shift(); one; one = ready.shift()) yield one;
  }
}

function planOf(file: string, everyNs: number): Plan {
  const { plan } = loadTopology(readFileSync(`examples/${file}`, 'utf8'), file);
  if (!plan) throw new Error(`${file} has errors`);
  return { ...plan, traffic: plan.traffic.map((entry) => ({ ...entry, count: 1_000_000, everyNs })) };
}

function builderOf(plan: Plan, maxFrames: number): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt,
    translate: makeTranslate('en'),
    maxFrames,
  });
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

async function measure(name: string, file: string, everyNs: number): Promise<void> {
  const plan = planOf(file, everyNs);
  const builder = builderOf(plan, MAX_FRAMES);
  const times: number[] = [];
  /** The processor's time for the same, which other programs on the machine do not add to. */
  const busy: number[] = [];
  let resets = 0;
  let told = 0;
  let spanNs = 0;
  for await (const slice of slicesOf(plan)) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    builder.add(slice);
    const update = builder.update();
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    busy.push((user + system) / 1000);
    told += update.journeys.length;
    if (update.reset) resets++;
    spanNs = slice.at(-1)!.timeNs;
    if (times.length === SLICES) break;
  }
  const { counters } = builder.update();
  console.log(
    `${name}: ${times.length} slices (the lab's own ${((SLICES * PER_SLICE) / (spanNs / 1e9)).toFixed(0)} frames/s) of ${PER_SLICE} frames, ${told} journeys told, ${counters.evictedFrames} frames in ${counters.evictedFlows} flows evicted, ${resets} resets`,
  );
  for (const [what, measured] of [
    ['elapsed', times],
    ['busy', busy],
  ] as const) {
    const sorted = measured.toSorted((a, b) => a - b);
    const percent = (part: number) => `${((share(sorted, part) / SLICE_MS) * 100).toFixed(1)} %`;
    console.log(
      `  ${what}, of each slice of ${SLICE_MS} ms: median ${percent(0.5)}, p99 ${percent(0.99)} (${share(sorted, 0.99).toFixed(1)} ms; limit ${LIMIT_MS} ms), longest ${share(sorted, 1).toFixed(1)} ms`,
    );
  }
}

async function weigh(): Promise<void> {
  if (gc === undefined) {
    console.log('memory: run with --expose-gc');
    return;
  }
  const plan = planOf('dr.lblab.yaml', 10e6);
  let captured = 0;
  let frames = 0;
  const heap = () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const builder = builderOf(plan, Infinity);
  const before = heap();
  for await (const slice of slicesOf(plan)) {
    for (const event of slice) {
      if (event.kind === 'frame') {
        captured += event.bytes.length;
        frames++;
      }
      builder.add([event]);
    }
    builder.update();
    if (frames >= WEIGHED) break;
  }
  builder.update();
  const each = (heap() - before - captured) / frames;
  console.log(
    `memory: ${frames} frames of ${(captured / frames).toFixed(0)} bytes, and ${each.toFixed(0)} bytes for the records of each, ${(each / LIMIT_BYTES).toFixed(2)} of the limit of ${LIMIT_BYTES}`,
  );
}

await measure('dr, all well', 'dr.lblab.yaml', 10e6);
await measure('dr, VIP not hidden', 'lessons/vip-not-hidden.lblab.yaml', 10e6);
await measure('nat', 'nat.lblab.yaml', 10e6);
await weigh();
