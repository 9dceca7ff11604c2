import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import { EmbeddedEngine } from '../../../src/lab/embedded/embedded-engine.ts';
import type { Engine, EventSink } from '../../../src/lab/engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { root } from './docker-here.ts';

export function planOf(path: string, change: (text: string) => string = (text) => text): Plan {
  const { plan, problems } = loadTopology(change(readFileSync(`${root}${path}`, 'utf8')), basename(path));
  if (!plan) throw new Error(`${path}: ${problems.map(({ code }) => code).join(', ')}`);
  return plan;
}

export interface Ran {
  readonly report: Report;
  readonly events: readonly LabEvent[];
}

/** Starts the engine, waits until all is done, stops it. */
export async function runToEnd(
  plan: Plan,
  make: (emit: EventSink) => Engine,
  during: (engine: Engine) => Promise<void> = () => Promise.resolve(),
): Promise<Ran> {
  const events: LabEvent[] = [];
  const engine = make((told) => events.push(...told));
  try {
    await engine.start();
    await during(engine);
    await engine.settled(120e9);
  } finally {
    await stopLab(engine);
  }
  return { report: reportOf(plan, engine, events), events };
}

/** A network that the engine does not let go of is its own fault; what is told of that has a test of its own. */
export async function stopLab(engine: Engine | undefined): Promise<void> {
  try {
    await engine?.stop();
  } catch (error) {
    if (!(error instanceof LabError && error.problem.code === 'network-stuck')) throw error;
    console.warn(`      ${error.message}`);
  }
}

export function reportOf(plan: Plan, { name, startedAt }: Engine, events: readonly LabEvent[]): Report {
  const builder = new JourneyBuilder(plan, { engine: name, startedAt, translate: makeTranslate('en') });
  builder.add(events);
  return builder.report();
}

export function runEmbedded(plan: Plan): Promise<Ran> {
  return runToEnd(plan, (emit) => new EmbeddedEngine(plan, emit));
}
