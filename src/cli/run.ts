import { basename, resolve } from 'node:path';
import { meetsProblems } from '../journey/expectation.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Expectation, Plan } from '../lab/topology/plan.ts';
import type { Problem } from '../lab/topology/problem.ts';
import { CliError, numberOption, parseCall, type Cli } from './cli.ts';
import { checkOutputs, readText } from './files.ts';
import { chooseEngine, isEngineChoice, isPortName } from './choose-engine.ts';
import { present, presentOptions } from './present.ts';
import { problemLines } from './problems.ts';
import { record } from './record.ts';
import { redactionOf } from './redact-options.ts';

const options = {
  requests: { type: 'string' },
  engine: { type: 'string', default: 'embedded' },
  duration: { type: 'string' },
  'capture-budget': { type: 'string' },
  'forwarder-port': { type: 'string' },
  watch: { type: 'boolean' },
  'end-after': { type: 'string' },
  ...presentOptions,
} as const;

/** A controller renews its lease four times in this time. */
const LEAST_SILENCE_S = 4;

/** `lb-lab run FILE`: exit 0 if all went as meant, 1 if not, 2 for a bad file or call. */
export async function run(call: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(call, args, options);
  const requests = numberOption('--requests', values.requests, 1, true);
  const captureBudget = numberOption('--capture-budget', values['capture-budget'], 0, true);
  const duration = numberOption('--duration', values.duration, 0, false);
  const endAfter = numberOption('--end-after', values['end-after'], LEAST_SILENCE_S, true);
  if (!isEngineChoice(values.engine)) throw new CliError('cli.unknown-engine', { engine: values.engine });
  const { 'forwarder-port': port } = values;
  if (port !== undefined && !isPortName(port)) throw new CliError('cli.unknown-port', { port });

  const redaction = redactionOf(values);
  const text = readText(file);
  const cli = checkOutputs(call, [values.json, values.pcapng, values.html, values.mermaid]);
  const { plan: loaded, expect, problems } = loadTopology(text, basename(file));
  if (!loaded) return withoutPlan(cli, file, problems, expect);
  for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);

  const plan = requests === undefined ? loaded : withRequests(loaded, requests);
  const engine = await chooseEngine(cli, values.engine, {
    quiet: values.quiet ?? false,
    file: resolve(file),
    ...(endAfter !== undefined && { silenceSeconds: endAfter }),
    ...(captureBudget !== undefined && { captureBudget }),
    ...(port && { port }),
  });
  const recording = await record(cli, plan, engine, {
    duration,
    pcapng: values.pcapng,
    redaction,
    keepsEvents: values.html !== undefined,
    ...(values.watch && {
      watch: {
        file,
        adapt: (changed: Plan) => (requests === undefined ? changed : withRequests(changed, requests)),
      },
    }),
  });
  const asMeant = await present(cli, recording, { ...values, plan, title: basename(file), expect });
  return recording.interrupted && !values.watch ? 130 : asMeant ? 0 : 1;
}

/** No plan exists. That is an error, unless the file says that this is what it means to show. */
function withoutPlan(
  cli: Cli,
  file: string,
  problems: readonly Problem[],
  expect: Expectation | undefined,
): number {
  const shown = meetsProblems(problems, expect).ok;
  for (const problem of problems) problemLines(cli, file, problem).forEach(shown ? cli.out : cli.err);
  if (shown) cli.out(cli.paint('good', cli.translate('cli.shown')));
  return shown ? 0 : 2;
}

/** The same traffic with `total` requests in all, dealt out to its entries in turn; loads stay as they are. */
function withRequests(plan: Plan, total: number): Plan {
  const dealtOut = (traffic: Plan['traffic']) => {
    const single = traffic.filter(({ load }) => !load);
    const share = (index: number) => Math.max(0, Math.ceil((total - index) / single.length));
    return traffic.map((entry) => (entry.load ? entry : { ...entry, count: share(single.indexOf(entry)) }));
  };
  const events = plan.events?.map((event) => ({
    ...event,
    changes: event.changes.map((change) =>
      change.kind === 'traffic-changed' ? { ...change, traffic: dealtOut(change.traffic) } : change,
    ),
  }));
  return { ...plan, traffic: dealtOut(plan.traffic), ...(events && { events }) };
}
