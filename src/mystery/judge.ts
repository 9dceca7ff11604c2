import { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Explanation, Report } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';
import { EmbeddedEngine } from '../lab/embedded/embedded-engine.ts';
import { MOST_EVENTS } from '../lab/embedded/most-events.ts';
import { loadTopology } from '../lab/topology/load.ts';
import { sameData } from '../lab/topology/same-data.ts';
import { planWithHidden } from './hide.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Mystery } from './mystery.ts';

/** Of the lab's time; a file whose traffic goes on for longer is not judged. */
export const LIMIT_NS = 600e9;
/** A run is a function of its plan: its clock's zero is no matter. */
const STARTED_AT = '2026-01-01T00:00:00.000000000Z';

/** What an edited file still lacks. */
export type Shortfall =
  /** A request was not answered whole. */
  | 'unanswered'
  /** A promise of the model's is broken. */
  | 'broken'
  /** Fewer is asked than the mystery asks: to ask nothing mends nothing. */
  | 'asks-less'
  /** A server of the mystery's serves nobody: to take it away mends nothing. */
  | 'idle-server'
  /** It goes on for longer than anybody waits. */
  | 'endless';

interface RunOf {
  readonly report: Report;
  readonly settled: boolean;
}

/** Runs a plan in memory to its end. Never rejects. */
export async function runToEnd(plan: Plan, translate: Translate): Promise<RunOf> {
  const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt: STARTED_AT, translate });
  const engine = new EmbeddedEngine(plan, (events) => builder.add(events), {
    startedAt: STARTED_AT,
    mostEvents: MOST_EVENTS,
  });
  engine.startNow();
  const settled = await engine.settled(LIMIT_NS);
  await engine.stop();
  return { report: builder.report(), settled };
}

/** Whether a file says what the mystery's did when it was begun. @param written As `TopologyDocument` has it. */
export function isAsGiven({ file, text }: Pick<Mystery, 'file' | 'text'>, written: unknown): boolean {
  return sameData(written, loadTopology(text, file).document?.written);
}

/**
 * What a plan lacks to be as sound as the mystery's file is by itself, by the frames of a run of it; nothing when it is
 * mended.
 */
export async function shortfalls(
  mystery: Pick<Mystery, 'file' | 'text'>,
  plan: Plan,
  translate: Translate,
): Promise<Shortfall[]> {
  const { plan: sound } = loadTopology(mystery.text, mystery.file);
  if (!sound) throw new Error(`${mystery.file} has no plan`);
  const wanted = (await runToEnd(sound, translate)).report;
  const { report, settled } = await runToEnd(plan, translate);
  const found: Shortfall[] = [];
  if (!settled) found.push('endless');
  if (report.requests.some(({ outcome }) => outcome !== 'answered')) found.push('unanswered');
  if (report.promises.some(({ verdict }) => verdict === 'broken')) found.push('broken');
  if (report.requests.length < wanted.requests.length) found.push('asks-less');
  const serving = serversOf(report);
  if ([...serversOf(wanted)].some((server) => !serving.has(server))) found.push('idle-server');
  return found;
}

function serversOf({ flows }: Report): Set<string> {
  return new Set(
    flows.flatMap(({ outcome, server }) => (outcome.kind === 'answered' && server ? [server.node] : [])),
  );
}

/** What was hidden, and how a run of it is explained: for when it is over. */
export async function revealed(mystery: Mystery, translate: Translate): Promise<Revealed> {
  const { document } = loadTopology(mystery.text, mystery.file);
  const plan = document && planWithHidden(document, mystery.fault);
  if (!plan) throw new Error(`${mystery.file} has no plan`);
  const { explanations } = (await runToEnd(plan, translate)).report;
  return {
    hidden: mystery.fault.hidden.map(({ path, value }) => ({
      setting: path.join('.'),
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
    explanations,
  };
}

export interface Revealed {
  /** As a file would have it. */
  readonly hidden: readonly { readonly setting: string; readonly value: string }[];
  readonly explanations: readonly Explanation[];
}
