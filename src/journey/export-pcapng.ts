import type { Translate } from '../l10n/translate.ts';
import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan, PlannedInterface } from '../lab/topology/plan.ts';
import type { CaptureInterface, CaptureRecord } from '../packet/capture.ts';
import { writePcapng } from '../packet/pcapng.ts';
import type { Hop, Journey, Report } from './report.ts';

/**
 * A recording as pcapng: one interface per capture point, named `NODE.SEGMENT`; record n is the n-th frame event;
 * the packet id is the journey's number and the comment says what the hop before changed.
 * @param plan The last plan; interfaces of earlier plans come from the events.
 */
export function exportPcapng(
  events: readonly LabEvent[],
  report: Report,
  plan: Plan,
  translate: Translate,
): Uint8Array {
  const points = capturePoints(events, plan);
  const indexOf = new Map([...points.keys()].map((name, index) => [name, index]));
  const marks = markFrames(report);
  const startNs = epochNs(report.startedAt);
  const records: CaptureRecord[] = [];
  const received = new Map<string, bigint>();
  const dropped = new Map<string, bigint>();
  for (const event of events) {
    if (event.kind === 'loss') add(dropped, pointName(event.node, event.segment), BigInt(event.frames));
    if (event.kind !== 'frame') continue;
    const name = pointName(event.node, event.segment);
    add(received, name, 1n);
    const mark = marks.get(records.length + 1);
    records.push({
      interface: indexOf.get(name)!,
      timeNs: startNs + BigInt(Math.round(event.timeNs)),
      bytes: event.bytes,
      originalLength: event.originalLength,
      direction: event.direction,
      comments: mark ? commentsOf(mark, event, translate) : [],
      ...(mark && { packetId: BigInt(mark.journey.id) }),
    });
  }
  const interfaces = [...points].map(([name, planned]) => ({
    ...describe(name, planned),
    statistics: { received: received.get(name) ?? 0n, dropped: dropped.get(name) ?? 0n },
  }));
  return writePcapng({ interfaces, records, names: namesOf(plan) });
}

interface Mark {
  readonly journey: Journey;
  readonly hop: Hop;
}

const pointName = (node: string, segment: string): string => `${node}.${segment}`;

function add(counts: Map<string, bigint>, key: string, amount: bigint): void {
  counts.set(key, (counts.get(key) ?? 0n) + amount);
}

/** Every capture point that any plan of the run had, in lane order. */
function capturePoints(events: readonly LabEvent[], plan: Plan): Map<string, PlannedInterface> {
  const points = new Map<string, PlannedInterface>();
  const plans = events.flatMap((event) => (event.kind === 'plan' ? [event.plan] : []));
  for (const { nodes } of [...plans, plan]) {
    for (const node of nodes)
      for (const one of node.interfaces) points.set(pointName(node.name, one.segment), one);
  }
  return points;
}

function describe(name: string, planned: PlannedInterface): CaptureInterface {
  const mask = planned.prefixLength === 0 ? 0 : (0xffffffff << (32 - planned.prefixLength)) >>> 0;
  return {
    name,
    linkType: 1,
    snapLength: 262144,
    ipv4: { address: planned.address, mask },
    mac: planned.mac,
  };
}

/** Wireshark shows one name per address: the node's, or the service's for a VIP. */
function namesOf(plan: Plan): { address: number; name: string }[] {
  const nodes = plan.nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ address }) => ({ address, name })),
  );
  return [...nodes, ...plan.services.map(({ vip, name }) => ({ address: vip, name: `VIP-${name}` }))];
}

function markFrames(report: Report): Map<number, Mark> {
  const marks = new Map<number, Mark>();
  for (const journey of report.journeys) {
    for (const hop of journey.hops) for (const frame of hop.frames) marks.set(frame, { journey, hop });
  }
  return marks;
}

/** One comment for what changed (or where it began), and on arrival one for what the node did with it. */
function commentsOf({ journey, hop }: Mark, event: FrameEvent, translate: Translate): string[] {
  const way = translate('capture.hop', {
    flow: journey.flow,
    kind: translate(`kind.${journey.kind}`),
    direction: translate(`direction.${journey.direction}`),
    from: hop.from,
    to: hop.to || '–',
  });
  const changes = hop.changes.map(
    ({ field, before, after }) => `${field} ${before || '–'} → ${after || '–'}`,
  );
  const comments = [[way, ...changes].join(' · ')];
  if (event.direction === 'in' && event.node === hop.to) {
    const { fate, reason, decision } = hop.arrival;
    const because = reason && translate(`reason.${reason}`);
    const words = [translate(`fate.${fate}`), because, decision?.rule, decision?.server, decision?.detail];
    comments.push(words.filter(Boolean).join(' · '));
  }
  return comments;
}

/** Nanoseconds since the Unix epoch of an ISO time with nine decimals; `Date` alone keeps only milliseconds. */
export function epochNs(startedAt: string): bigint {
  const [, seconds = '', decimals = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(startedAt) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(decimals.padEnd(9, '0').slice(0, 9));
}
