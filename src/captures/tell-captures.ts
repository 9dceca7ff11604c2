import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { readChoices } from './choices.ts';
import { collecting, type Collected } from './collect.ts';
import { clockErrors } from './common-clock.ts';
import { eventsOf } from './frame-events.ts';
import { observing } from './observations/observe.ts';
import { withOtherMacs } from './other-macs.ts';
import { placePorts } from './placing.ts';
import { nameOf } from './point.ts';
import type { Port } from './port.ts';
import { notesOfReading, problemOfReading } from './reading.ts';
import { ownMacsAsSeen, planWithMacs, pointsAsSeen } from './seen-macs.ts';
import type { CaptureSource } from './source.ts';
import { finished, part, type Steps } from './steps.ts';
import type { CaptureNote, ToldCaptures } from './told.ts';
import { unknowns } from './unknowns.ts';

export interface TellOptions {
  /**
   * `WHAT=NODE.SEGMENT`, `WHAT=*.SEGMENT` for a mirror port, or `NODE.SEGMENT` for everything without another place, or only the node. WHAT is an interface's name
   * or `#` and its number in the file, a file, or `FILE:INTERFACE`.
   */
  readonly interfaces?: readonly string[];
  /** What is added to the clock of a node, by hand. */
  readonly clocks?: ReadonlyMap<string, bigint>;
}

/** What several recordings tell of one network: frames placed at its nodes, on one clock. Never throws. */
export function tellCaptures(
  files: readonly CaptureSource[],
  plan: Plan,
  options: TellOptions = {},
): ToldCaptures {
  return finished(tellingCaptures(files, plan, options));
}

/** The same in steps: of a million frames it takes seconds. */
export function* tellingCaptures(
  files: readonly CaptureSource[],
  plan: Plan,
  { interfaces = [], clocks = new Map() }: TellOptions = {},
): Steps<ToldCaptures> {
  const sources = files.map(withTimes);
  const choices = readChoices(interfaces, plan);
  if ('code' in choices) return nothing(plan, choices);
  const notes = sources.flatMap(notesOfReading);
  const unread = problemOfReading(sources);
  if (unread) return nothing(plan, unread, notes);
  const collected = yield* part(collecting(sources), 0, 0.5);
  const { ports } = collected;
  const seen = pointsAsSeen(plan, ports, collected.claims);
  const hosts = sources.map(({ name, node }) => ({ file: name, node }));
  const used = placePorts(ports, plan, seen, hosts, choices);
  if (ports.every(({ point, mirror }) => point === undefined && mirror === undefined))
    return nothing(plan, unplaced(sources), notes);
  const points = withOtherMacs(plan, ownMacsAsSeen(seen, ports), ports, collected);
  for (const port of ports)
    port.point = points.find((point) => port.point && nameOf(point) === nameOf(port.point));
  const seenPlan = planWithMacs(plan, points);
  const captured = capturedAt(sources, ports);
  const told = yield* part(eventsOf(sources, collected, seenPlan, clocks), 0.5, 0.8);
  const unknown = yield* part(unknowns(plan, seenPlan, sources, collected, told, captured), 0.8, 0.9);
  const { events, refs } = told;
  const observed = yield* part(observing(sources, events, refs, seenPlan, captured), 0.9, 1);
  const unused = choices.filter((choice) => choice.of !== '*' && !used.has(choice));
  return {
    plan: seenPlan,
    events: [...opening(seenPlan), ...told.events],
    points: captured,
    wholePoints: wholeAt(sources, ports),
    startNs: told.startNs,
    refs: told.refs,
    clocks: told.clocks,
    clockErrorsNs: clockErrors(told.clocks, told.mirrored),
    observed,
    notes: [
      ...notes,
      ...unused.map(({ text }): CaptureNote => ({ code: 'unused-interface', params: { interface: text } })),
      ...unknown,
    ],
  };
}

function nothing(plan: Plan, problem: CaptureNote, notes: readonly CaptureNote[] = []): ToldCaptures {
  const events = opening(plan);
  const none = new Set<string>();
  return {
    plan,
    events,
    points: none,
    wholePoints: none,
    startNs: 0n,
    refs: [],
    clocks: [],
    clockErrorsNs: new Map(),
    observed: [],
    notes,
    problem,
  };
}

function opening(plan: Plan): LabEvent[] {
  return [
    { kind: 'plan', timeNs: 0, epoch: 0, plan, changes: [], durationNs: 0 },
    ...plan.nodes.map(({ name }) => ({ kind: 'node', timeNs: 0, node: name, state: 'running' }) as const),
  ];
}

/** A record without a time has that of the one before it; the first ones, of the first that has any. */
function withTimes(source: CaptureSource): CaptureSource {
  const { records } = source.capture;
  if (!records.some(({ hasNoTime }) => hasNoTime)) return source;
  let timeNs = records.find(({ hasNoTime }) => !hasNoTime)?.timeNs ?? 0n;
  const timed = records.map((record) => {
    if (!record.hasNoTime) timeNs = record.timeNs;
    return { ...record, timeNs };
  });
  return { ...source, capture: { ...source.capture, records: timed } };
}

function unplaced(sources: readonly CaptureSource[]): CaptureNote {
  const names = sources.flatMap(({ capture }) => capture.interfaces.flatMap(({ name }) => name || []));
  return names.length === 0
    ? { code: 'unplaced-pcap', params: {} }
    : { code: 'unplaced-capture', params: { interfaces: names.join(', ') } };
}

/**
 * An interface without frames was captured when the file has its statistics. Else its frames may have been filtered out
 * since, as Wireshark does, which keeps all interfaces.
 */
function capturedAt(sources: readonly CaptureSource[], ports: Collected['ports']): Set<string> {
  const isCaptured = ({ source, index, frames }: Port): boolean =>
    frames > 0 || sources[source]!.capture.interfaces[index]!.statistics !== undefined;
  return new Set(ports.flatMap((port) => (port.point && isCaptured(port) ? [nameOf(port.point)] : [])));
}

/** By the statistics that a recorder wrote at the end: it dropped none. */
function wholeAt(sources: readonly CaptureSource[], ports: Collected['ports']): Set<string> {
  const isWhole = ({ source, index }: Port): boolean =>
    sources[source]!.capture.interfaces[index]!.statistics?.dropped === 0n;
  return new Set(ports.flatMap((port) => (port.point && isWhole(port) ? [nameOf(port.point)] : [])));
}
