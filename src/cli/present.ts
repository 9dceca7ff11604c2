import { exportPcapng } from '../journey/export-pcapng.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import type { Expectation, Plan } from '../lab/topology/plan.ts';
import { writeOutput, type Cli } from './cli.ts';
import { ladder } from './ladder/ladder.ts';
import type { Recording } from './record.ts';
import { reportJson } from './report-json.ts';
import { verdicts } from './verdicts.ts';

/** What every command that records takes. */
export const presentOptions = {
  json: { type: 'string' },
  pcapng: { type: 'string' },
  quiet: { type: 'boolean' },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
} as const;

export interface PresentOptions {
  readonly plan: Plan;
  readonly title: string;
  /** A recording that begins in the midst of a lab's life is not held against what the file expects. */
  readonly judge?: boolean;
  readonly expect?: Expectation | undefined;
  readonly json?: string | undefined;
  readonly pcapng?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly values?: boolean | undefined;
}

/** Writes the files asked for and prints the packets and the promises. Returns whether all went as meant, if that is judged. */
export function present(cli: Cli, { report, events }: Recording, options: PresentOptions): boolean {
  const { plan, title, judge = true, expect, json, pcapng, quiet, full = false, values = false } = options;
  const { translate, paint } = cli;
  if (json) writeOutput(json, reportJson(report));
  if (pcapng) writeOutput(pcapng, [exportPcapng(events, report, plan, translate)]);
  const met = judge ? meetsExpectation(report, expect) : undefined;
  if (!quiet) {
    const frames = events.flatMap((event) => (event.kind === 'frame' ? [event.bytes] : []));
    const frame = (number: number) => frames[number - 1]!;
    ladder(report, plan, title, { translate, paint, full, values, frame }).forEach(cli.out);
    verdicts(report, met, expect, translate, paint).forEach(cli.out);
  }
  return met?.ok ?? true;
}
