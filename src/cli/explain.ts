import { basename } from 'node:path';
import { gunzip } from '../captures/gunzip.ts';
import type { CaptureSource } from '../captures/source.ts';
import { problemOfReading } from '../captures/reading.ts';
import { tellCaptures } from '../captures/tell-captures.ts';
import type { CaptureNote, ToldCaptures } from '../captures/told.ts';
import { frameNameOf } from '../extension/core/captures/frame-name.ts';
import { isoOf } from '../extension/core/captures/iso-of.ts';
import { unjudgedReport } from '../extension/core/captures/unjudged.ts';
import { exportMermaid } from '../extension/core/share/export-mermaid.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Report } from '../journey/report.ts';
import { promiseIds } from '../lab/topology/findings.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { readCapture } from '../packet/read-capture.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { readClocks } from './clock-option.ts';
import { inFileNumbers } from './file-numbers.ts';
import { checkOutputs, readBytes, readText, writeOutput } from './files.ts';
import type { LadderOptions } from './ladder/context.ts';
import { ladder } from './ladder/ladder.ts';
import { inferTopology } from './infer-topology.ts';
import { problemLines } from './problems.ts';
import { reportJson } from './report-json.ts';
import { verdicts } from './verdicts.ts';

const options = {
  topology: { type: 'string' },
  'write-topology': { type: 'string' },
  json: { type: 'string' },
  mermaid: { type: 'string' },
  requires: { type: 'string', multiple: true },
  interface: { type: 'string', multiple: true },
  clock: { type: 'string', multiple: true },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
  quiet: { type: 'boolean' },
} as const;

/** Notes about the file itself: they are told though all else be quiet. */
const ofReading = ['damaged', 'partly-ethernet'];

/**
 * `lb-lab explain CAPTURE … [--topology FILE]`: flows, journeys and promises of frames that somebody recorded, in one file or
 * several; without a topology what the frames say of the network, and no promise. Exit 0 when every promise named by
 * `--requires` is kept, without any named when none is broken; else 1; 2 for a bad call.
 */
export async function explain(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, Infinity);
  const { topology, 'write-topology': writeTopology } = values;
  if (positionals.length === 0 || (topology !== undefined && writeTopology !== undefined))
    throw new CliError('cli.explain-call');
  if (topology === undefined && (values.requires ?? []).length > 0) throw new CliError('cli.explain-call');
  const required = (values.requires ?? []).flatMap((text) => text.split(','));
  for (const id of required)
    if (!(promiseIds as readonly string[]).includes(id))
      throw new CliError('cli.no-such-promise', { promise: id, promises: promiseIds.join(', ') });
  const given = topology === undefined ? undefined : readTopology(call, topology);
  if (given === 'bad') return 2;
  const sources: CaptureSource[] = [];
  for (const name of positionals) sources.push({ name, capture: readCapture(await gunzip(readBytes(name))) });
  const { quiet = false } = values;
  const cli = checkOutputs(call, [values.json, values.mermaid, writeTopology]);
  const files = positionals.map((one) => basename(one));
  const nameOf = (source: number, number: number): string => frameNameOf(files, { source, number });
  const unread = problemOfReading(sources);
  if (unread) throw new CliError(`captures.${unread.code}`, unread.params);
  const read = given ?? inferTopology(cli, sources, nameOf, writeTopology, quiet);
  if (!read) return 0;
  const told = tellCaptures(sources, read, {
    interfaces: values.interface ?? [],
    clocks: readClocks(values.clock ?? [], read),
  });
  const { translate } = cli;
  for (const { code, params } of told.notes)
    if (ofReading.includes(code)) cli.err(translate(`captures.${code}`, params));
  if (told.problem) throw new CliError(`captures.${told.problem.code}`, told.problem.params);
  const { plan, startNs, points: capturePoints, wholePoints, clockErrorsNs, refs } = told;
  const startedAt = isoOf(startNs);
  const builder = new JourneyBuilder(plan, {
    engine: 'capture',
    startedAt,
    translate,
    capturePoints,
    wholePoints,
    clockErrorsNs,
  });
  builder.add(told.events);
  const whole = builder.report();
  const report = given ? whole : unjudgedReport(whole);
  if (values.json) writeOutput(values.json, reportJson(inFileNumbers(report, refs, positionals)));
  const { full = false } = values;
  const source = sourceOf(report, told, files);
  if (values.mermaid)
    writeOutput(values.mermaid, [exportMermaid({ flows: report.flows, plan, translate, full, ...source })]);
  if (!quiet) {
    tell(cli, report, plan, source, files.join(' + '), full, values.values ?? false, given !== undefined);
    tellObserved(cli, told.observed);
    tellNotes(cli, told.notes);
  }
  const verdictOf = (id: string) => report.promises.find((promise) => promise.id === id)?.verdict;
  const missing = required.filter((id) => verdictOf(id) !== 'kept');
  for (const id of missing)
    cli.err(
      cli.translate('cli.required', {
        promise: id,
        verdict: cli.translate(`cli.verdict.${verdictOf(id) ?? 'not seen'}`).trim(),
      }),
    );
  const broken = report.promises.some(({ verdict }) => verdict === 'broken');
  return missing.length > 0 || (required.length === 0 && broken) ? 1 : 0;
}

function readTopology(call: Cli, file: string): Plan | 'bad' {
  const { plan, problems } = loadTopology(readText(file), basename(file));
  for (const problem of problems) problemLines(call, file, problem).forEach(call.err);
  return plan ?? 'bad';
}

/** Packets and bytes by their numbers, and what those are called in the file. */
function sourceOf(
  report: Report,
  { events, refs }: ToldCaptures,
  files: readonly string[],
): Required<Pick<LadderOptions, 'journey' | 'frame' | 'frameName'>> {
  const journeys = new Map(report.journeys.map((journey) => [journey.id, journey]));
  const frames = events.filter((event) => event.kind === 'frame');
  return {
    journey: (id) => journeys.get(id)!,
    frame: (number) => frames[number - 1]!.bytes,
    frameName: (frame) => frameNameOf(files, refs[frame - 1]!),
  };
}

function tell(
  cli: Cli,
  report: Report,
  plan: Plan,
  source: ReturnType<typeof sourceOf>,
  title: string,
  full: boolean,
  values: boolean,
  isJudged: boolean,
): void {
  const { translate, paint } = cli;
  ladder(report, plan, title, { translate, paint, full, values, ...source }).forEach(cli.out);
  if (!isJudged) return;
  const requests = report.flows.filter(({ kind }) => ['tcp', 'udp', 'icmp'].includes(kind));
  // Of requests whose way was not captured nobody can say how they ended.
  const isWhole =
    requests.length > 0 && report.flows.every(({ outcome }) => outcome.kind !== 'open' || !outcome.reason);
  const met = isWhole ? meetsExpectation(report) : undefined;
  verdicts(report, met, undefined, translate, paint, source.frameName).forEach(cli.out);
}

function tellObserved({ translate, paint, out }: Cli, observed: readonly CaptureNote[]): void {
  if (observed.length === 0) return;
  out('');
  out(paint('heading', translate('captures.observed')));
  for (const { code, params } of observed) out(`  ${translate(`captures.${code}`, params)}`);
}

function tellNotes({ translate, paint, out }: Cli, notes: readonly CaptureNote[]): void {
  out('');
  out(paint('heading', translate('captures.unknown')));
  for (const { code, params } of notes)
    if (!ofReading.includes(code)) out(`  ${translate(`captures.${code}`, params)}`);
}
