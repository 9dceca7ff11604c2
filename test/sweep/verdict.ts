import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Explanation, Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../support/translate.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';

/** Of the lab's time. */
const LIMIT_NS = 600e9;
const translate = makeTranslate('en');

export interface RunOf {
  readonly report: Report;
  /** How its requests ended, as their clients say. */
  readonly outcomes: readonly string[];
  /** Every request answered, every promise kept. */
  readonly sound: boolean;
}

/** Runs the file in memory; `undefined` when the check refuses it, which says so itself. */
export function runOf(text: string): RunOf | undefined {
  const { plan } = loadTopology(text, 'sweep');
  if (!plan) return undefined;
  const startedAt = '2026-01-01T00:00:00.000000000Z';
  const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt, translate });
  const engine = new EmbeddedEngine(plan, (events) => builder.add(events), { startedAt });
  engine.startNow();
  const settled = engine.runUntilSettled(LIMIT_NS);
  const report = builder.report();
  const outcomes = report.requests.map(({ outcome }) => outcome);
  const sound =
    settled &&
    outcomes.every((outcome) => outcome === 'answered') &&
    report.promises.every(({ verdict }) => verdict !== 'broken');
  return { report, outcomes, sound };
}

export type Verdict =
  /** Every request is answered and every promise kept, as before. */
  | 'sound'
  /** The check says that it cannot be, and nothing runs. */
  | 'refused'
  /** An explanation names the key. */
  | 'named'
  /** Explanations, and none names the key. */
  | 'other'
  | 'unexplained';

export function verdictOn(key: string, run: RunOf | undefined): Verdict {
  if (run === undefined) return 'refused';
  if (run.sound) return 'sound';
  const { explanations } = run.report;
  if (explanations.length === 0) return 'unexplained';
  return explanations.some((one) => names(one, key)) ? 'named' : 'other';
}

/** The key itself, or the group that it stands in (`service.servers` has each server's weight); or one of several. */
export function names({ setting, text }: Explanation, key: string): boolean {
  if (setting === undefined) return false;
  return (
    setting === key ||
    key.startsWith(`${setting}.`) ||
    / \(Settings: (.*)\.\)$/.exec(text)?.[1]?.split(', ').includes(key) === true
  );
}
