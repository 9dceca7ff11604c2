import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { setU48 } from '../packet/bytes.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { Collected, PlainFrame } from './collect.ts';
import { Duplicates } from './duplicates.ts';
import { cutAsOnWire } from './frames/cut.ts';
import { lossesOf } from './losses.ts';
import type { Point } from './point.ts';
import type { CaptureSource } from './source.ts';
import type { FrameRef, HostClock } from './told.ts';

/** The placed frames of all files as events in order of time, and what came of making them. */
export interface FrameEvents {
  readonly startNs: bigint;
  readonly events: readonly LabEvent[];
  readonly refs: readonly FrameRef[];
  readonly clocks: readonly HostClock[];
  /** Frames that were recorded twice, and are told once. */
  readonly duplicates: number;
  /** Frames that a card was to cut, or a kernel had joined. */
  readonly cut: number;
}

interface Timed {
  readonly timeNs: number;
  readonly frame: PlainFrame;
  readonly point: Point;
}

/** Frames of nowhere are left out. */
export function eventsOf(
  sources: readonly CaptureSource[],
  { frames, ports, segmentSizes }: Collected,
  plan: Plan,
  given: ReadonlyMap<string, bigint>,
): FrameEvents {
  const added = (node: string): bigint => given.get(node) ?? 0n;
  const recordOf = ({ source, number }: FrameRef) => sources[source]!.capture.records[number - 1]!;
  const startNs = earliest(sources, ports, added);
  const timed: Timed[] = [];
  for (const frame of frames) {
    const { point } = frame.port;
    if (point === undefined) continue;
    timed.push({ timeNs: Number(recordOf(frame).timeNs + added(point.node) - startNs), frame, point });
  }
  if (timed.some(({ timeNs }, index) => index > 0 && timed[index - 1]!.timeNs > timeNs))
    timed.sort((one, other) => one.timeNs - other.timeNs);
  const mtus = new Map(plan.segments.map(({ name, mtu }) => [name, mtu]));
  const events: LabEvent[] = [];
  const refs: FrameRef[] = [];
  const duplicates = new Duplicates();
  let cut = 0;
  for (const { timeNs, frame, point } of timed) {
    const event = frameEvent(frame, point, timeNs);
    if (duplicates.isOne(event)) continue;
    const ref = { source: frame.source, number: frame.number };
    const mtu = mtus.get(point.segment) ?? Infinity;
    const pieces = cutAsOnWire(event.bytes, event.originalLength, mtu, segmentSizes.of(event.bytes));
    if (pieces) cut++;
    for (const piece of pieces ?? [event]) {
      events.push({ ...event, bytes: piece.bytes, originalLength: piece.originalLength });
      refs.push(ref);
    }
  }
  const endNs = timed.at(-1)?.timeNs ?? 0;
  const losses = lossesOf(sources, ports).map(({ source, number, event }): LabEvent => {
    const timeNs =
      number === undefined
        ? endNs
        : Number(recordOf({ source, number }).timeNs + added(event.node) - startNs);
    return { ...event, timeNs };
  });
  const all = losses.length === 0 ? events : [...events, ...losses].sort((a, b) => a.timeNs - b.timeNs);
  const clocks = plan.nodes.flatMap(({ name }): HostClock[] =>
    given.has(name)
      ? [{ node: name, addedNs: added(name), halfWidthNs: 0n, oneSided: false, byHand: true }]
      : [],
  );
  return { startNs, events: all, refs, clocks, duplicates: duplicates.count, cut };
}

/** Of all frames that are read, also those of nowhere. */
function earliest(
  sources: readonly CaptureSource[],
  ports: Collected['ports'],
  added: (node: string) => bigint,
): bigint {
  const addedTo = sources.map(({ capture }, source) =>
    capture.interfaces.map((_, index) => {
      const port = ports.find((one) => one.source === source && one.index === index);
      return port && (port.point ? added(port.point.node) : 0n);
    }),
  );
  let startNs: bigint | undefined;
  for (const [source, { capture }] of sources.entries())
    for (const record of capture.records) {
      const more = addedTo[source]![record.interface];
      if (more === undefined) continue;
      const timeNs = record.timeNs + more;
      if (startNs === undefined || timeNs < startNs) startNs = timeNs;
    }
  return startNs ?? 0n;
}

/** tcpdump does not say the direction: what has the interface's own MAC as source was sent by it. */
function frameEvent(
  { bytes, originalLength, direction, isToUs }: PlainFrame,
  { node, segment, mac }: Point,
  timeNs: number,
): FrameEvent {
  const hasHeader = bytes.length >= ethernet.HEADER_LENGTH;
  const told = direction ?? (hasHeader && ethernet.sourceOf(bytes, 0) === mac ? 'out' : 'in');
  // The bytes of a cooked frame were made here.
  if (isToUs && hasHeader) setU48(bytes, ethernet.DESTINATION, mac);
  return { kind: 'frame', timeNs, node, segment, direction: told, bytes, originalLength };
}
