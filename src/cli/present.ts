import { exportMermaid } from '../extension/core/share/export-mermaid.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import { totalsOf } from '../journey/request-totals.ts';
import type { Expectation, Plan } from '../lab/topology/plan.ts';
import { type Cli } from './cli.ts';
import { writeOutput } from './files.ts';
import { ladder } from './ladder/ladder.ts';
import type { RecordedRun } from './record.ts';
import { redactOptions } from './redact-options.ts';
import { writePage } from './page-file.ts';
import { reportJson } from './report-json.ts';
import { verdicts } from './verdicts.ts';

/** What every command that records takes. */
export const presentOptions = {
  json: { type: 'string' },
  pcapng: { type: 'string' },
  html: { type: 'string' },
  mermaid: { type: 'string' },
  quiet: { type: 'boolean' },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
  ...redactOptions,
} as const;

export interface PresentOptions {
  readonly plan: Plan;
  readonly title: string;
  /** A recording that begins in the midst of a lab's life is not held against what the file expects. */
  readonly judge?: boolean;
  readonly expect?: Expectation | undefined;
  readonly json?: string | undefined;
  readonly html?: string | undefined;
  readonly mermaid?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly values?: boolean | undefined;
}

/** Writes the files asked for and prints the packets and the promises. Returns whether all went as meant, if that is judged. */
export async function present(
  cli: Cli,
  { report, journey, frame, pcapng, recording }: RecordedRun,
  options: PresentOptions,
): Promise<boolean> {
  const { plan, title, judge = true, expect, json, html, mermaid, quiet } = options;
  const { full = false, values = false } = options;
  const { translate, paint } = cli;
  if (json) writeOutput(json, reportJson(report));
  pcapng?.finish(report, plan);
  if (mermaid)
    writeOutput(mermaid, [exportMermaid({ flows: report.flows, plan, translate, full, journey, frame })]);
  if (html && recording) await writePage(cli, html, recording, title);
  const met = judge ? meetsExpectation(report, expect) : undefined;
  if (!quiet) {
    const { evictedFrames, evictedFlows } = report.counters;
    const { asked: requests } = totalsOf(report.evictedRequests);
    if (evictedFrames > 0 || requests > 0)
      cli.out(translate('cli.given-up', { frames: evictedFrames, flows: evictedFlows, requests }));
    ladder(report, plan, title, { translate, paint, full, values, journey, frame }).forEach(cli.out);
    verdicts(report, met, expect, translate, paint).forEach(cli.out);
  }
  return met?.ok ?? true;
}
