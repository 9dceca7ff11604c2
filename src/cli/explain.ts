import { basename } from 'node:path';
import { readPieces } from '../captures/read-pieces.ts';
import { problemOfReading } from '../captures/reading.ts';
import type { CaptureSource } from '../captures/source.ts';
import type { CaptureNote } from '../captures/told.ts';
import { captureRecording } from '../extension/core/captures/capture-recording.ts';
import { frameNameOf } from '../extension/core/captures/frame-name.ts';
import { exportMermaid } from '../extension/core/share/export-mermaid.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import { promiseIds } from '../lab/topology/findings.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { readClocks } from './clock-option.ts';
import { storyOf, type Story } from './explain-story.ts';
import { inFileNumbers } from './file-numbers.ts';
import { checkOutputs, readBytes, readText, STREAM, writeOutput } from './files.ts';
import { followStream } from './follow-stream.ts';
import { inferTopology } from './infer-topology.ts';
import { writePage } from './page-file.ts';
import { PcapngFile } from './pcapng-file.ts';
import { problemLines } from './problems.ts';
import { NEWEST } from './record.ts';
import { redactionOf, redactOptions } from './redact-options.ts';
import { reportJson } from './report-json.ts';
import { ToldFlows } from './told-flows.ts';
import { verdicts } from './verdicts.ts';

const options = {
  topology: { type: 'string' },
  'write-topology': { type: 'string' },
  json: { type: 'string' },
  pcapng: { type: 'string' },
  html: { type: 'string' },
  mermaid: { type: 'string' },
  requires: { type: 'string', multiple: true },
  interface: { type: 'string', multiple: true },
  clock: { type: 'string', multiple: true },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
  quiet: { type: 'boolean' },
  ...redactOptions,
} as const;

/** Notes about the file itself: they are told though all else be quiet. */
const ofReading = ['damaged', 'partly-ethernet'];

/**
 * `lb-lab explain CAPTURE … [--topology FILE]`: flows, journeys and promises of frames that somebody recorded, in one file or
 * several; without a topology what the frames say of the network, and no promise. Exit 0 when every promise named by
 * `--requires` is kept, without any named when none is broken; else 1; 2 for a bad call. Standard input is told as it
 * comes, until it ends or Ctrl-C.
 */
export async function explain(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, Infinity);
  const { topology, 'write-topology': writeTopology, quiet = false, full = false } = values;
  if (positionals.length === 0 || (topology !== undefined && writeTopology !== undefined))
    throw new CliError('cli.explain-call');
  const required = (values.requires ?? []).flatMap((text) => text.split(','));
  if (topology === undefined && required.length > 0) throw new CliError('cli.explain-call');
  const files = positionals.filter((name, place) => name !== STREAM || positionals.indexOf(STREAM) === place);
  for (const id of required)
    if (!(promiseIds as readonly string[]).includes(id))
      throw new CliError('cli.no-such-promise', { promise: id, promises: promiseIds.join(', ') });
  const redaction = redactionOf(values);
  const given = topology === undefined ? undefined : readTopology(call, topology);
  if (given === 'bad') return 2;
  const read: CaptureSource[] = [];
  for (const name of files)
    if (name !== STREAM) read.push({ name, capture: await readPieces([readBytes(name)]) });
  const cli = checkOutputs(call, [values.json, values.pcapng, values.html, values.mermaid, writeTopology]);
  const { translate } = cli;
  const storyBy = (sources: readonly CaptureSource[], plan: Plan): Story => {
    const clocks = readClocks(values.clock ?? [], plan);
    const telling = { interfaces: values.interface ?? [], clocks };
    return storyOf(sources, plan, telling, translate, given !== undefined);
  };
  const names = files.map((one) => basename(one));
  const nameOf = (source: number, number: number): string => frameNameOf(names, { source, number });
  let said = '';
  /** What the frames say of the network is printed once, and again when they say something else. */
  const inferred = (so: readonly CaptureSource[], isLast: boolean): Plan | undefined => {
    const lines: string[] = [];
    const quietly = isLast ? {} : { err: () => undefined };
    const into: Cli = { ...cli, ...quietly, out: (line) => lines.push(line) };
    const plan = inferTopology(into, so, nameOf, isLast ? writeTopology : undefined, quiet);
    if ((plan || isLast) && lines.join('\n') !== said) {
      lines.forEach(cli.out);
      said = lines.join('\n');
    }
    return plan;
  };
  const title = names.join(' + ');
  const flows = new ToldFlows(cli, { title, full, values: values.values ?? false });
  const sources = files.includes(STREAM)
    ? await followStream(cli, files, read, (so) => {
        const plan = quiet ? undefined : (given ?? inferred(so, false));
        const story = plan && storyBy(so, plan);
        if (story && !story.told.problem) flows.tell(story, false);
      })
    : read;
  const unread = problemOfReading(sources);
  if (unread) throw new CliError(`captures.${unread.code}`, unread.params);
  const plan = given ?? inferred(sources, true);
  if (!plan) return 0;
  const story = storyBy(sources, plan);
  const { told, report, source, startedAt } = story;
  for (const { code, params } of told.notes)
    if (ofReading.includes(code)) cli.err(translate(`captures.${code}`, params));
  if (told.problem) throw new CliError(`captures.${told.problem.code}`, told.problem.params);
  if (values.json) writeOutput(values.json, reportJson(inFileNumbers(report, told.refs, files)));
  if (values.pcapng !== undefined) {
    const captured = { points: told.points, whole: told.wholePoints };
    const pcapng = new PcapngFile(values.pcapng, translate, NEWEST, redaction, captured);
    for (const event of told.events) pcapng.add(event, startedAt);
    pcapng.finish(report, told.plan);
  }
  if (values.html !== undefined) {
    const { signal } = new AbortController();
    const reading = { limits: NEWEST, translate, signal, onShare: () => undefined };
    const recording = await captureRecording(told, { ...reading, isInferred: given === undefined });
    await writePage(cli, values.html, recording, names.join(', '));
  }
  if (values.mermaid)
    writeOutput(values.mermaid, [
      exportMermaid({ flows: report.flows, plan: told.plan, translate, full, ...source }),
    ]);
  if (!quiet) {
    flows.tell(story, true);
    if (given) tellVerdicts(cli, story);
    tellObserved(cli, story);
    tellNotes(cli, story);
  }
  const verdictOf = (id: string) => report.promises.find((promise) => promise.id === id)?.verdict;
  const missing = required.filter((id) => verdictOf(id) !== 'kept');
  for (const id of missing)
    cli.err(
      translate('cli.required', {
        promise: id,
        verdict: translate(`cli.verdict.${verdictOf(id) ?? 'not seen'}`).trim(),
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

function tellVerdicts({ translate, paint, out }: Cli, { report, source }: Story): void {
  const requests = report.flows.filter(({ kind }) => ['tcp', 'udp', 'icmp'].includes(kind));
  // Of requests whose way was not captured nobody can say how they ended.
  const isWhole =
    requests.length > 0 && report.flows.every(({ outcome }) => outcome.kind !== 'open' || !outcome.reason);
  const met = isWhole ? meetsExpectation(report) : undefined;
  verdicts(report, met, undefined, translate, paint, source.frameName).forEach(out);
}

function tellObserved({ translate, paint, out }: Cli, { told: { observed } }: Story): void {
  if (observed.length === 0) return;
  out('');
  out(paint('heading', translate('captures.observed')));
  for (const { code, params } of observed) out(`  ${translate(`captures.${code}`, params)}`);
}

function tellNotes({ translate, paint, out }: Cli, { told, report }: Story): void {
  const { evictedFrames } = report.counters;
  const kept: CaptureNote[] =
    evictedFrames > 0 ? [{ code: 'limits', params: { count: evictedFrames, frames: told.refs.length } }] : [];
  out('');
  out(paint('heading', translate('captures.unknown')));
  for (const { code, params } of [...kept, ...told.notes])
    if (!ofReading.includes(code)) out(`  ${translate(`captures.${code}`, params)}`);
}
