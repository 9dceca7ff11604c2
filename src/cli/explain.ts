import { basename } from 'node:path';
import { exportMermaid } from '../extension/core/share/export-mermaid.ts';
import { meetsExpectation } from '../journey/expectation.ts';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Report } from '../journey/report.ts';
import type { LabEvent } from '../lab/events.ts';
import { promiseIds } from '../lab/topology/findings.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';
import type { CaptureRecord } from '../packet/capture.ts';
import * as ethernet from '../packet/ethernet.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { isOfModels } from './ether-type-names.ts';
import { inFileNumbers } from './file-numbers.ts';
import { checkOutputs, readText, writeOutput } from './files.ts';
import type { LadderOptions } from './ladder/context.ts';
import { ladder } from './ladder/ladder.ts';
import { problemLines } from './problems.ts';
import { readCaptureFile, type FileCapture } from './read-capture-file.ts';
import { reportJson } from './report-json.ts';
import { unknowns } from './unknowns.ts';
import { verdicts } from './verdicts.ts';

const options = {
  topology: { type: 'string' },
  json: { type: 'string' },
  mermaid: { type: 'string' },
  requires: { type: 'string', multiple: true },
  interface: { type: 'string', multiple: true },
  full: { type: 'boolean' },
  values: { type: 'boolean' },
  quiet: { type: 'boolean' },
} as const;

/**
 * `lb-lab explain CAPTURE --topology FILE`: flows, journeys and promises of frames that somebody recorded. Exit 0 when
 * every promise named by `--requires` is kept, without any named when none is broken; else 1; 2 for a bad call.
 */
export function explain(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, 1);
  const [file] = positionals;
  if (file === undefined || values.topology === undefined) throw new CliError('cli.explain-call');
  const required = (values.requires ?? []).flatMap((text) => text.split(','));
  for (const id of required)
    if (!(promiseIds as readonly string[]).includes(id))
      throw new CliError('cli.no-such-promise', { promise: id, promises: promiseIds.join(', ') });
  const { topology } = values;
  const { plan, problems } = loadTopology(readText(topology), basename(topology));
  for (const problem of problems) problemLines(call, topology, problem).forEach(call.err);
  if (!plan) return Promise.resolve(2);
  const capture = readCaptureFile(call, file);
  const cli = checkOutputs(call, [values.json, values.mermaid]);
  const points = pointsOf(capture, plan, values.interface ?? []);
  const capturePoints = capturedAt(capture, points);
  const { translate } = cli;
  const { order, startNs } = inTimeOrder(capture.records);
  const startedAt = isoOf(startNs);
  const builder = new JourneyBuilder(plan, { engine: 'capture', startedAt, translate, capturePoints });
  const numbers = addFrames(builder, capture, plan, points, order, startNs);
  const report = inFileNumbers(builder.report(), numbers);
  if (values.json) writeOutput(values.json, reportJson(report));
  const { full = false } = values;
  const source = sourceOf(report, capture);
  if (values.mermaid)
    writeOutput(values.mermaid, [exportMermaid({ flows: report.flows, plan, translate, full, ...source })]);
  if (!values.quiet) {
    tell(cli, report, plan, source, basename(file), full, values.values ?? false);
    for (const line of unknowns(cli, plan, points, capturePoints, capture)) cli.out(line);
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
  return Promise.resolve(missing.length > 0 || (required.length === 0 && broken) ? 1 : 0);
}

interface Point {
  readonly node: string;
  readonly segment: string;
  readonly mac: Mac;
}

const nameOf = ({ node, segment }: Pick<Point, 'node' | 'segment'>) => `${node}.${segment}`;

/**
 * Where each interface of the capture was: what `--interface NAME=NODE.SEGMENT` says, or its name in that form, or its
 * MAC address. An interface that cannot be placed is left out.
 */
function pointsOf(capture: FileCapture, plan: Plan, chosen: readonly string[]): (Point | undefined)[] {
  const all = plan.nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ segment, mac }): Point => ({ node: name, segment, mac })),
  );
  const byName = (name: string): Point | undefined => all.find((point) => nameOf(point) === name);
  const given = new Map<string, Point>();
  for (const text of chosen) {
    const [name = '', place] = text.includes('=') ? text.split('=') : ['*', text];
    const point = byName(place ?? '');
    if (point === undefined)
      throw new CliError('cli.no-such-point', {
        point: text,
        points: all.map(nameOf).join(', '),
      });
    given.set(name, point);
  }
  const points = capture.interfaces.map(
    ({ name, mac }) =>
      given.get(name) ?? byName(name) ?? all.find((point) => point.mac === mac) ?? given.get('*'),
  );
  if (points.every((point) => point === undefined)) {
    const names = capture.interfaces.flatMap(({ name }) => name || []).join(', ');
    throw names === ''
      ? new CliError('cli.unplaced-pcap')
      : new CliError('cli.unplaced-capture', { interfaces: names });
  }
  return points;
}

/**
 * An interface without frames was captured when the file has its statistics. Else its frames may have been filtered out
 * since, as Wireshark does, which keeps all interfaces.
 */
function capturedAt(capture: FileCapture, points: readonly (Point | undefined)[]): Set<string> {
  const withFrames = new Set(capture.records.map((record) => record.interface));
  const captured = points.filter(
    (_, index) => withFrames.has(index) || capture.interfaces[index]!.statistics !== undefined,
  );
  return new Set(captured.flatMap((point) => (point ? [nameOf(point)] : [])));
}

/** Places in the list, by time, and the earliest time. */
function inTimeOrder(records: readonly CaptureRecord[]): {
  readonly order: readonly number[];
  readonly startNs: bigint;
} {
  const order = records.map((_, index) => index);
  const isInOrder = records.every(({ timeNs }, index) => index === 0 || records[index - 1]!.timeNs <= timeNs);
  if (!isInOrder) {
    order.sort((a, b) => {
      const [one, other] = [records[a]!.timeNs, records[b]!.timeNs];
      return one < other ? -1 : one > other ? 1 : 0;
    });
  }
  return { order, startNs: records[order[0] ?? 0]?.timeNs ?? 0n };
}

/** The numbers in the file of the frames that are told; those of other protocols, and of nowhere, are not. */
function addFrames(
  builder: JourneyBuilder,
  { records, numbers }: FileCapture,
  plan: Plan,
  points: readonly (Point | undefined)[],
  order: readonly number[],
  startNs: bigint,
): number[] {
  const events: LabEvent[] = [
    { kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 },
    ...plan.nodes.map(({ name }) => ({ kind: 'node', timeNs: 0, node: name, state: 'running' }) as const),
  ];
  const told: number[] = [];
  for (const place of order) {
    const record = records[place]!;
    const point = points[record.interface];
    if (point === undefined || !isOfModels(record.bytes)) continue;
    told.push(numbers[place]!);
    const { node, segment } = point;
    const { bytes, originalLength } = record;
    const timeNs = Number(record.timeNs - startNs);
    const direction = directionOf(record, point);
    events.push({ kind: 'frame', timeNs, node, segment, direction, bytes, originalLength });
  }
  builder.add(events);
  return told;
}

function isoOf(startNs: bigint): string {
  const iso = new Date(Number(startNs / 1_000_000n)).toISOString().slice(0, -5);
  return `${iso}.${String(startNs % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** tcpdump does not say it: what has the interface's own MAC as source was sent by it. */
function directionOf({ direction, bytes }: CaptureRecord, { mac }: Point): 'in' | 'out' {
  if (direction !== undefined) return direction;
  return ethernet.check(bytes, 0, bytes.length) === undefined && ethernet.sourceOf(bytes, 0) === mac
    ? 'out'
    : 'in';
}

/** Packets and bytes by their numbers. */
function sourceOf(
  report: Report,
  { records, numbers }: FileCapture,
): Pick<LadderOptions, 'journey' | 'frame'> {
  const journeys = new Map(report.journeys.map((journey) => [journey.id, journey]));
  // A frame's number is its place in the file; fewer were read where some are of other links.
  const isWholeFile = numbers.at(-1) === numbers.length;
  const places = isWholeFile ? undefined : new Map(numbers.map((number, place) => [number, place]));
  return {
    journey: (id) => journeys.get(id)!,
    frame: (number) => records[places?.get(number) ?? number - 1]!.bytes,
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
): void {
  const { translate, paint } = cli;
  ladder(report, plan, title, { translate, paint, full, values, ...source }).forEach(cli.out);
  const requests = report.flows.filter(({ kind }) => ['tcp', 'udp', 'icmp'].includes(kind));
  // Of requests whose way was not captured nobody can say how they ended.
  const isWhole =
    requests.length > 0 && report.flows.every(({ outcome }) => outcome.kind !== 'open' || !outcome.reason);
  const met = isWhole ? meetsExpectation(report) : undefined;
  verdicts(report, met, undefined, translate, paint).forEach(cli.out);
}
