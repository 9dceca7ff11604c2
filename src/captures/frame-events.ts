import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { setU48 } from '../packet/bytes.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { HostClock } from './clocks/host-clock.ts';
import type { Collected, PlainFrame } from './collect.ts';
import { onOneClock, type Recorded } from './common-clock.ts';
import { Duplicates } from './duplicates.ts';
import { cutAsOnWire } from './frames/cut.ts';
import { isReadable } from './frames/link-layer.ts';
import { lossesOf } from './losses.ts';
import { Mirrored } from './mirrors.ts';
import { macsOf, type Point } from './point.ts';
import type { CaptureSource } from './source.ts';
import { AT_ONCE, eachOf, part, type Steps } from './steps.ts';
import type { FrameRef } from './told.ts';

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
  /** Nodes whose frames have the time of a mirror port's recorder, by what it is called. */
  readonly mirrored: ReadonlyMap<string, ReadonlySet<string>>;
}

type MutableFrame = { -readonly [Key in keyof FrameEvent]: FrameEvent[Key] };

/** Frames of nowhere are left out. */
export function* eventsOf(
  sources: readonly CaptureSource[],
  { frames, ports, segmentSizes }: Collected,
  plan: Plan,
  given: ReadonlyMap<string, bigint>,
): Steps<FrameEvents> {
  const mirrored = new Mirrored(plan, ports);
  const placed: PlainFrame[] = [];
  const copies: Recorded[] = [];
  const made: MutableFrame[] = [];
  const recorded: Recorded[] = [];
  yield* eachOf(
    frames,
    (frame) => {
      const { source, timeNs, port, bytes: copy } = frame;
      const sender = mirrored.senderOf(frame);
      const host = sender && sources[source]!.name;
      if (sender && mirrored.isRecorded(sender)) {
        copies.push({ host: host!, timeNs, direction: 'in', bytes: copy, source, port: port.index });
        return;
      }
      const point = port.point ?? sender;
      if (point === undefined) return;
      if (host !== undefined) mirrored.shows(host, point);
      const event = frameEvent(host === undefined ? frame : { ...frame, direction: 'out' }, point);
      placed.push(frame);
      made.push(event);
      const { node, direction, bytes } = event;
      recorded.push({ host: host ?? node, timeNs, direction, bytes, source, port: port.index });
    },
    0,
    0.2,
  );
  const hosts = [...new Set([...plan.nodes, ...sources].map(({ name }) => name))];
  const { times: all, clocks } = yield* part(onOneClock(hosts, [...recorded, ...copies], given), 0.2, 0.6);
  const times = all.slice(0, made.length);
  const startNs = clocks.length === 0 ? earliest(sources) : least(times);
  for (const [index, event] of made.entries()) event.timeNs = Number(times[index]! - startNs);
  const order = made.map((_, index) => index);
  if (made.some(({ timeNs }, index) => index > 0 && made[index - 1]!.timeNs > timeNs))
    order.sort((one, other) => made[one]!.timeNs - made[other]!.timeNs);
  const mtus = new Map(plan.segments.map(({ name, mtu }) => [name, mtu]));
  const events: LabEvent[] = [];
  const refs: FrameRef[] = [];
  const duplicates = new Duplicates();
  let cut = 0;
  for (const [place, index] of order.entries()) {
    if (place % AT_ONCE === AT_ONCE - 1) yield 0.6 + (0.4 * place) / order.length;
    const event = made[index]!;
    const { source, number, port } = placed[index]!;
    if (duplicates.isOne(event, port.mirror !== undefined)) continue;
    const mtu = mtus.get(event.segment) ?? Infinity;
    const pieces = cutAsOnWire(event.bytes, event.originalLength, mtu, segmentSizes.of(event.bytes));
    if (pieces) cut++;
    for (const piece of pieces ?? [event]) {
      events.push(pieces ? { ...event, ...piece } : event);
      refs.push({ source, number });
    }
  }
  const endNs = made[order.at(-1) ?? 0]?.timeNs ?? 0;
  const losses = lossesOf(sources, ports);
  const at = new Map(
    losses.length === 0
      ? []
      : placed.map(({ source, number }, index) => [`${source}:${number}`, made[index]!.timeNs]),
  );
  const lost = losses.map(({ source, number, event }): LabEvent => {
    return { ...event, timeNs: at.get(`${source}:${number}`) ?? endNs };
  });
  const told = lost.length === 0 ? events : [...events, ...lost].sort((a, b) => a.timeNs - b.timeNs);
  const { count } = duplicates;
  return { startNs, events: told, refs, clocks, duplicates: count, cut, mirrored: mirrored.nodes };
}

/** Of all frames that are read, also those of nowhere. */
function earliest(sources: readonly CaptureSource[]): bigint {
  return least(
    sources.flatMap(({ capture: { interfaces, records } }) =>
      records.flatMap((record) =>
        isReadable(interfaces[record.interface]!.linkType) ? [record.timeNs] : [],
      ),
    ),
  );
}

function least(times: readonly bigint[]): bigint {
  return times.reduce((one, other) => (other < one ? other : one), times[0] ?? 0n);
}

/** tcpdump does not say the direction: what has the interface's own MAC as source was sent by it. */
function frameEvent({ bytes, originalLength, direction, isToUs }: PlainFrame, point: Point): MutableFrame {
  const { node, segment, mac } = point;
  const hasHeader = bytes.length >= ethernet.HEADER_LENGTH;
  const told = direction ?? (hasHeader && macsOf(point).includes(ethernet.sourceOf(bytes, 0)) ? 'out' : 'in');
  // The bytes of a cooked frame were made here.
  if (isToUs && hasHeader) setU48(bytes, ethernet.DESTINATION, mac);
  return { kind: 'frame', timeNs: 0, node, segment, direction: told, bytes, originalLength };
}
