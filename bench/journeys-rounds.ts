import { readFileSync } from 'node:fs';
import { JourneyBuilder } from '../src/journey/journey-builder.ts';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../src/lab/events.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { Plan } from '../src/lab/topology/plan.ts';

/** Rounds of joining: all at once, with everything read, and live in slices of 50 ms at 5,000 frames a second. */

export const CASE_NAMES = ['joined', 'all read', 'live'] as const;
export type CaseName = (typeof CASE_NAMES)[number];

export const FRAMES = 100_000;
const PER_SLICE = 250;
/** So that evictions are among what a round measures. */
const MOST_LIVE = 40_000;
const startedAt = '2026-01-01T00:00:00.000000000Z';

export interface Round {
  /** Processor time of all threads, so that what else runs on the machine counts for little. */
  readonly busyMs: number;
  /** Live: elapsed, of the slowest hundredth of the slices the fastest. */
  readonly p99Ms: number;
}

export async function startRounds(name: CaseName): Promise<() => Round> {
  const plan = planOf('examples/dr.lblab.yaml', name === 'live' ? 10e6 : 2e6);
  const events = await eventsOf(plan);
  const build = (maxFrames: number): JourneyBuilder =>
    new JourneyBuilder(plan, { engine: 'embedded', startedAt, translate: (key) => key, maxFrames });
  const all = (): ReturnType<JourneyBuilder['report']> => {
    const builder = build(Infinity);
    addTo(builder, events);
    return builder.report();
  };
  return () => {
    const slices: number[] = [];
    const began = process.cpuUsage();
    if (name === 'joined') all();
    else if (name === 'all read') readAll(all());
    else live(build(MOST_LIVE), events, slices);
    const { user, system } = process.cpuUsage(began);
    slices.sort((a, b) => a - b);
    return { busyMs: (user + system) / 1000, p99Ms: slices[Math.floor(slices.length * 0.99)] ?? 0 };
  };
}

/** In the way of the revision: earlier ones take events one by one. */
const takesLists = /\bfor\s*\(/.test(JourneyBuilder.prototype.add.toString());
function addTo(builder: JourneyBuilder, events: readonly LabEvent[]): void {
  if (takesLists) builder.add(events);
  else for (const event of events) (builder.add as (one: unknown) => void).call(builder, event);
}

/** Hops, changes and predictions are made when they are read: this reads them all, as `--json` does. */
function readAll({ journeys }: ReturnType<JourneyBuilder['report']>): number {
  let fields = 0;
  for (const { hops } of journeys)
    for (const { changes, expected } of hops) fields += changes.length + expected.length;
  return fields;
}

function live(builder: JourneyBuilder, events: readonly LabEvent[], slices: number[]): void {
  let frames = 0;
  let began = performance.now();
  for (const event of events) {
    addTo(builder, [event]);
    if (event.kind !== 'frame' || ++frames % PER_SLICE !== 0) continue;
    builder.update();
    const now = performance.now();
    slices.push(now - began);
    began = now;
  }
}

function planOf(file: string, everyNs: number): Plan {
  const { plan } = loadTopology(readFileSync(file, 'utf8'), file);
  if (!plan) throw new Error(`${file} has errors`);
  return { ...plan, traffic: plan.traffic.map((entry) => ({ ...entry, count: 1_000_000, everyNs })) };
}

async function eventsOf(plan: Plan): Promise<LabEvent[]> {
  const events: LabEvent[] = [];
  let frames = 0;
  // Earlier revisions tell events one by one.
  const keep = (told: readonly LabEvent[] | LabEvent): void => {
    for (const event of [told].flat()) {
      if (frames >= FRAMES) return;
      if (event.kind === 'frame') frames++;
      events.push(event);
    }
  };
  const engine = new EmbeddedEngine(plan, keep, { startedAt });
  await engine.start();
  for (let limit = 1e9; frames < FRAMES; limit += 1e9) await engine.settled(limit);
  await engine.stop();
  return events;
}
