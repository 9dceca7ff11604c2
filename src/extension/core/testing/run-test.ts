import {
  expectedAt,
  meetsExpectation,
  meetsProblems,
  type Difference,
} from '../../../journey/expectation.ts';
import { JourneyBuilder } from '../../../journey/journey-builder.ts';
import type { Report } from '../../../journey/report.ts';
import { totalsOf } from '../../../journey/request-totals.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { LoadedTopology } from '../../../lab/topology/load.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { EngineSource } from '../labs/lab-engine.ts';
import { Cancelled } from '../labs/lab-failure.ts';

/** On Docker, where time is real, a run ends after so long even if something is still to come. */
const LONGEST_RUN_NS = { embedded: Infinity, docker: 120e9 };

/** What was expected and seen, and the line of the file, from 1, that says what was expected. Ready to show. */
export interface TestFailure {
  readonly text: string;
  readonly expected: string;
  readonly seen: string;
  readonly line: number;
}

export interface TestRun {
  /** The file's address, as text. */
  readonly uri: string;
  readonly loaded: LoadedTopology;
  /** Of what it runs on; not asked where there is no plan to run. */
  readonly source: () => Promise<EngineSource>;
  readonly translate: Translate;
  readonly signal: AbortSignal;
  /** A line of what is being done. */
  readonly onLine: (text: string) => void;
}

/**
 * Runs a file and holds it to its `expect:`; where it did not show what it means to, why. Rejects where there is no verdict:
 * with `Cancelled`, or with what the engine says. Nothing of the lab is left.
 */
export async function runTest(test: TestRun): Promise<readonly TestFailure[]> {
  const { plan, expect, problems } = test.loaded;
  if (!plan) return meetsProblems(problems, expect).differences.map((one) => failureOf(one, test));
  const report = await recorded(plan, test);
  seenLines(report, test.translate).forEach(test.onLine);
  return meetsExpectation(report, expect).differences.map((one) => failureOf(one, test));
}

async function recorded(plan: Plan, { uri, source, translate, signal, onLine }: TestRun): Promise<Report> {
  const chosen = await source();
  let builder: JourneyBuilder | undefined;
  const begun = (): JourneyBuilder =>
    (builder ??= new JourneyBuilder(plan, {
      engine: engine.name,
      startedAt: engine.startedAt,
      translate,
      maxFrames: Infinity,
      maxBytes: Infinity,
    }));
  const engine = await chosen
    .make(plan, (events) => begun().add(events), {
      uri,
      seed: 1,
      onStep: ({ text }) => onLine(text),
      onWarning: onLine,
      onReleased: () => undefined,
    })
    .catch((error: unknown) => {
      chosen.close?.();
      throw error;
    });
  const cancelled = new Promise<'cancelled'>((resolve) =>
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true }),
  );
  try {
    if (signal.aborted) throw new Cancelled();
    const settled = engine.start().then(() => engine.settled(LONGEST_RUN_NS[engine.name]));
    const end = await Promise.race([settled, cancelled]);
    if (end === 'cancelled') {
      settled.catch(() => undefined);
      throw new Cancelled();
    }
    if (!end) onLine(translate('extension.test.cut'));
  } finally {
    await engine.stop();
    chosen.close?.();
  }
  return begun().report();
}

/** What the run showed, for whoever wonders why it passed or did not. */
function seenLines(report: Report, translate: Translate): string[] {
  const { asked, answered } = totalsOf([...report.requests, ...report.evictedRequests]);
  return [
    translate('cli.requests-answered', { answered, count: asked }),
    ...report.promises.map(({ verdict, text }) => `${translate(`cli.verdict.${verdict}`).trim()}: ${text}`),
    ...report.explanations.map(({ code, text }) => `${code}: ${text}`),
  ];
}

function failureOf(difference: Difference, { loaded, translate }: TestRun): TestFailure {
  const { expected, observed } = difference;
  const names = { expected: expected || '–', observed: observed || '–' };
  const what = translate(`cli.what.${difference.what}`);
  return {
    text: translate('cli.difference', { what, ...names }),
    // One name a line, so that an editor's comparison shows which of them differ.
    expected: names.expected.replaceAll(', ', '\n'),
    seen: names.observed.replaceAll(', ', '\n'),
    line: expectedAt(difference, loaded.places),
  };
}
