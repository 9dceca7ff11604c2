import { readdirSync } from 'node:fs';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { exampleText } from '../lab/embedded/testbed.ts';
import { trialOf } from '../verdicts/lab-of.ts';

export interface LabRun {
  readonly name: string;
  readonly plan: Plan;
  readonly events: readonly LabEvent[];
}

/** Lab time, so that a run that never settles ends. */
const MOST_NS = 600e9;

const lessons = readdirSync(new URL('../../examples/lessons', import.meta.url)).map(
  (file) => `lessons/${file.replace('.lblab.yaml', '')}`,
);
const examples = ['nat', 'dnat', 'dnat-plain', 'dr', 'tun', ...lessons];

/** Every example and lesson that can be run; a load is too much to tell packet by packet. */
export function exampleRuns(): LabRun[] {
  return examples.flatMap((name) => {
    const { plan } = loadTopology(exampleText(name), name);
    return plan && !plan.traffic.some(({ load }) => load) ? [run(name, plan, 1)] : [];
  });
}

/** A generated lab, with what goes wrong in it; the same number makes the same. Nothing is done to it while it runs. */
export function generatedRun(seed: number): LabRun {
  const { text } = trialOf(seed);
  const name = `seed ${seed}`;
  const { plan } = loadTopology(text, 'trial.lblab.yaml');
  if (!plan) throw new Error(`no plan for ${name}:\n${text}`);
  return run(name, plan, seed);
}

function run(name: string, plan: Plan, seed: number): LabRun {
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan, (told) => events.push(...told), { seed, startedAt: 'T' });
  engine.startNow();
  engine.runUntilSettled(MOST_NS);
  return { name, plan, events };
}
