import { basename } from 'node:path';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import { exportPcapng } from '../journey/export-pcapng.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import type { Report } from '../journey/report.ts';
import { EmbeddedEngine } from '../lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../lab/events.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Expectation, Plan } from '../lab/topology/plan.ts';
import type { Problem } from '../lab/topology/problem.ts';
import { CliError, numberOption, parseCall, readText, writeOutput, type Cli } from './cli.ts';
import { ladder } from './ladder/ladder.ts';
import { problemLines } from './problems.ts';
import { reportJson } from './report-json.ts';
import { verdicts } from './verdicts.ts';

const options = {
  requests: { type: 'string' },
  engine: { type: 'string', default: 'embedded' },
  duration: { type: 'string' },
  json: { type: 'string' },
  pcapng: { type: 'string' },
  quiet: { type: 'boolean' },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
} as const;

/** Virtual seconds after which a run ends even if something is still in flight. */
const LONGEST_RUN_S = 120;

/** `lb-lab run FILE`: exit 0 if all went as meant, 1 if not, 2 for a bad file or call. */
export async function run(cli: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(cli, args, options);
  const requests = numberOption('--requests', values.requests, 1, true);
  const duration = numberOption('--duration', values.duration, 0, false);
  if (values.engine !== 'embedded') throw new CliError('cli.unknown-engine', { engine: values.engine });

  const { plan: loaded, expect, problems } = loadTopology(readText(file), basename(file));
  if (!loaded) return withoutPlan(cli, file, problems, expect);
  for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);

  const plan = requests === undefined ? loaded : withRequests(loaded, requests);
  const { report, events } = await record(cli, plan, duration);
  if (values.json) writeOutput(values.json, reportJson(report));
  if (values.pcapng) writeOutput(values.pcapng, [exportPcapng(events, report, plan, cli.translate)]);

  const met = meetsExpectation(report, expect);
  if (!values.quiet) {
    const frames = events.flatMap((event) => (event.kind === 'frame' ? [event.bytes] : []));
    const options = {
      translate: cli.translate,
      paint: cli.paint,
      full: values.full ?? false,
      values: values.values ?? false,
    };
    ladder(report, plan, basename(file), { ...options, frame: (number) => frames[number - 1]! }).forEach(
      cli.out,
    );
    verdicts(report, met, expect, cli.translate, cli.paint).forEach(cli.out);
  }
  return met.ok ? 0 : 1;
}

/** No plan exists. That is an error, unless the file says that this is what it means to show. */
function withoutPlan(
  cli: Cli,
  file: string,
  problems: readonly Problem[],
  expect: Expectation | undefined,
): number {
  const errors = new Set<string>(
    problems.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  );
  const wanted = new Set<string>(expect?.problems);
  const shown =
    wanted.size > 0 && wanted.size === errors.size && [...wanted].every((code) => errors.has(code));
  for (const problem of problems) problemLines(cli, file, problem).forEach(shown ? cli.out : cli.err);
  if (shown) cli.out(cli.paint('good', cli.translate('cli.shown')));
  return shown ? 0 : 2;
}

async function record(
  cli: Cli,
  plan: Plan,
  duration: number | undefined,
): Promise<{ report: Report; events: LabEvent[] }> {
  const events: LabEvent[] = [];
  const startedAt = `${new Date().toISOString().slice(0, -1)}000000Z`;
  const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt, translate: cli.translate });
  const engine = new EmbeddedEngine(
    plan,
    (event) => {
      events.push(event);
      builder.add(event);
    },
    { startedAt },
  );
  await engine.start();
  await engine.settled((duration ?? LONGEST_RUN_S) * 1e9);
  await engine.stop();
  return { report: builder.report(), events };
}

/** The same traffic with `total` requests in all, dealt out to its entries in turn. */
function withRequests(plan: Plan, total: number): Plan {
  const share = (index: number) => Math.ceil((total - index) / plan.traffic.length);
  return {
    ...plan,
    traffic: plan.traffic.map((entry, index) => ({ ...entry, count: Math.max(0, share(index)) })),
  };
}
