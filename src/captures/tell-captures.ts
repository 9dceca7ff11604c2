import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { CaptureRecord } from '../packet/capture.ts';
import { directionOf, nameOf, placeInterfaces, pointsOf, readChoices, type Point } from './placing.ts';
import { isOfModels } from './protocols.ts';
import type { CaptureSource } from './source.ts';
import type { CaptureNote, FrameRef, ToldCaptures } from './told.ts';
import { unknowns } from './unknowns.ts';

const LINK_TYPE_ETHERNET = 1;

export interface TellOptions {
  /** `NAME=NODE.SEGMENT`, or `NODE.SEGMENT` for every interface without another place. */
  readonly interfaces?: readonly string[];
}

/** A source with the places of its interfaces. */
export interface PlacedSource extends CaptureSource {
  /** Of each interface; undefined where it is not known. */
  readonly points: readonly (Point | undefined)[];
  /** Whether each interface's frames can be read. */
  readonly read: readonly boolean[];
}

/** What several recordings tell of one network: frames placed at its nodes, on one clock. Never throws. */
export function tellCaptures(
  sources: readonly CaptureSource[],
  plan: Plan,
  { interfaces = [] }: TellOptions = {},
): ToldCaptures {
  const all = pointsOf(plan);
  const choices = readChoices(interfaces, all);
  if ('code' in choices) return nothing(plan, choices);
  const placed = sources.map((source): PlacedSource => {
    const read = source.capture.interfaces.map(({ linkType }) => linkType === LINK_TYPE_ETHERNET);
    return { ...source, points: placeInterfaces(source.capture, all, choices), read };
  });
  const notes = placed.flatMap(notesOfReading);
  const problem = placed.flatMap(unreadable)[0] ?? unplaced(placed);
  if (problem) return nothing(plan, problem, notes);
  const points = capturedAt(placed);
  const frames = framesOf(placed);
  return {
    events: [...opening(plan), ...frames.events],
    points,
    startNs: frames.startNs,
    refs: frames.refs,
    clocks: [],
    notes: [...notes, ...unknowns(plan, placed, points)],
  };
}

function nothing(plan: Plan, problem: CaptureNote, notes: readonly CaptureNote[] = []): ToldCaptures {
  const events = opening(plan);
  return { events, points: new Set(), startNs: 0n, refs: [], clocks: [], notes, problem };
}

function opening(plan: Plan): LabEvent[] {
  return [
    { kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 },
    ...plan.nodes.map(({ name }) => ({ kind: 'node', timeNs: 0, node: name, state: 'running' }) as const),
  ];
}

/** A source of which nothing can be told. */
function unreadable({ name, capture, read }: PlacedSource): CaptureNote[] {
  const [problem] = capture.problems;
  if (read.length === 0 && problem !== undefined)
    return [{ code: 'no-capture', params: { file: name, at: String(problem.at) } }];
  if (read.length === 0 || read.includes(true)) return [];
  return [{ code: 'not-ethernet', params: { file: name, link: String(capture.interfaces[0]!.linkType) } }];
}

/** What of a source could not be read. */
function notesOfReading({ name, capture, read }: PlacedSource): CaptureNote[] {
  const [problem] = capture.problems;
  const other = capture.interfaces[read.indexOf(false)];
  return [
    ...(problem ? [{ code: 'damaged', params: { file: name, at: String(problem.at) } }] : []),
    ...(other ? [{ code: 'partly-ethernet', params: { file: name, link: String(other.linkType) } }] : []),
  ];
}

function unplaced(sources: readonly PlacedSource[]): CaptureNote | undefined {
  const found = sources.some(({ points, read }) => points.some((point, index) => point && read[index]));
  if (found) return undefined;
  const names = sources.flatMap(({ capture }) => capture.interfaces.flatMap(({ name }) => name || []));
  return names.length === 0
    ? { code: 'unplaced-pcap', params: {} }
    : { code: 'unplaced-capture', params: { interfaces: names.join(', ') } };
}

/**
 * An interface without frames was captured when the file has its statistics. Else its frames may have been filtered out
 * since, as Wireshark does, which keeps all interfaces.
 */
function capturedAt(sources: readonly PlacedSource[]): Set<string> {
  const names = new Set<string>();
  for (const { capture, points, read } of sources) {
    const withFrames = new Set(capture.records.map((record) => record.interface));
    for (const [index, point] of points.entries()) {
      const isCaptured = withFrames.has(index) || capture.interfaces[index]!.statistics !== undefined;
      if (point && read[index] && isCaptured) names.add(nameOf(point));
    }
  }
  return names;
}

/** The frames of all sources in order of time; those of other protocols, and of nowhere, are left out. */
function framesOf(sources: readonly PlacedSource[]): {
  readonly startNs: bigint;
  readonly events: readonly FrameEvent[];
  readonly refs: readonly FrameRef[];
} {
  const startNs = earliest(sources);
  const events: FrameEvent[] = [];
  const refs: FrameRef[] = [];
  let isInOrder = true;
  for (const [source, { capture, points, read }] of sources.entries()) {
    for (const [place, record] of capture.records.entries()) {
      const point = points[record.interface];
      if (point === undefined || !read[record.interface] || !isOfModels(record.bytes)) continue;
      const event = frameEvent(record, point, startNs);
      isInOrder &&= events.length === 0 || events.at(-1)!.timeNs <= event.timeNs;
      events.push(event);
      refs.push({ source, number: place + 1 });
    }
  }
  if (isInOrder) return { startNs, events, refs };
  const order = events.map((_, index) => index).sort((a, b) => events[a]!.timeNs - events[b]!.timeNs);
  return {
    startNs,
    events: order.map((index) => events[index]!),
    refs: order.map((index) => refs[index]!),
  };
}

function earliest(sources: readonly PlacedSource[]): bigint {
  let startNs: bigint | undefined;
  for (const { capture, read } of sources)
    for (const record of capture.records)
      if (read[record.interface] && (startNs === undefined || record.timeNs < startNs))
        startNs = record.timeNs;
  return startNs ?? 0n;
}

function frameEvent(record: CaptureRecord, point: Point, startNs: bigint): FrameEvent {
  return {
    kind: 'frame',
    timeNs: Number(record.timeNs - startNs),
    node: point.node,
    segment: point.segment,
    direction: directionOf(record, point),
    bytes: record.bytes,
    originalLength: record.originalLength,
  };
}
