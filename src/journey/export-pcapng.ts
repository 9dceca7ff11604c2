import type { Translate } from '../l10n/translate.ts';
import type { FrameEvent, LabEvent } from '../lab/events.ts';
import type { Plan, PlannedInterface } from '../lab/topology/plan.ts';
import { type Ipv4, prefixMask } from '../packet/address.ts';
import { ByteWriter } from '../packet/byte-writer.ts';
import type { CaptureInterface } from '../packet/capture.ts';
import { PcapngWriter } from '../packet/pcapng-writer.ts';
import { redactFrame, type Redaction } from '../packet/redact.ts';
import { redactChange } from './redact-change.ts';
import type { Hop, Journey, Report } from './report.ts';

/**
 * A recording as pcapng: one interface per capture point, named `NODE.SEGMENT`; the packet id is the journey's number and
 * the comment says what the hop before changed.
 * @param plan The last plan; interfaces of earlier plans come from the events.
 * @param numbers Of the frames among the events, in their order; from 1 when left out. See `PcapngExport.add`.
 * @param redaction What of the frames is left out. Names of nodes and services, times and ports stay.
 * @param captured Of a capture of some hosts.
 */
export function exportPcapng(
  events: readonly LabEvent[],
  report: Report,
  plan: Plan,
  translate: Translate,
  numbers?: readonly number[],
  redaction?: Redaction,
  captured?: CapturedPoints,
): Uint8Array {
  const writer = new PcapngExport(report.startedAt, translate, redaction, captured);
  const plans = events.flatMap((event) => (event.kind === 'plan' ? [event.plan] : []));
  writer.begin([...plans, plan]);
  const marks = marksOf(report);
  let frames = 0;
  for (const event of events)
    writer.add(event, marks, event.kind === 'frame' ? numbers?.[frames++] : undefined);
  writer.end();
  return writer.take();
}

/** The same piece by piece: what was written so far can be taken at any time. */
export class PcapngExport {
  readonly #translate: Translate;
  readonly #redaction: Redaction | undefined;
  readonly #captured: CapturedPoints | undefined;
  readonly #startNs: bigint;
  readonly #out = new ByteWriter();
  readonly #writer = new PcapngWriter(this.#out);
  readonly #indexOf = new Map<string, number>();
  readonly #received = new Map<string, bigint>();
  readonly #dropped = new Map<string, bigint>();
  #frames = 0;

  /** @param startedAt See `Report`. */
  constructor(startedAt: string, translate: Translate, redaction?: Redaction, captured?: CapturedPoints) {
    this.#captured = captured;
    this.#startNs = epochNs(startedAt);
    this.#translate = translate;
    this.#redaction = redaction;
  }

  /** Before everything else. @param plans Those known by now, the last one last; its names are the file's. */
  begin(plans: readonly Plan[]): void {
    const points = new Map<string, PlannedInterface>();
    for (const plan of plans) for (const [name, one] of capturePoints(plan)) points.set(name, one);
    for (const [name, one] of points) this.#interface(name, one);
    const last = plans.at(-1);
    const addresses = this.#redaction?.addresses;
    if (last)
      this.#writer.names(
        namesOf(last).map(({ address, name }) => ({ address: addresses?.ipv4(address) ?? address, name })),
      );
  }

  /**
   * @param marks By frame number; frames without one are written as they are.
   * @param number Its number in the recording, when that is not how many frames were added: the report, the panel and the
   * JSON mean this one, and its comment begins with it.
   */
  add(event: LabEvent, marks?: Marks, number = this.#frames + 1): void {
    if (event.kind === 'plan')
      for (const [name, one] of capturePoints(event.plan)) this.#interface(name, one);
    if (event.kind === 'loss') add(this.#dropped, pointName(event.node, event.segment), BigInt(event.frames));
    if (event.kind !== 'frame') return;
    this.#frames += 1;
    const name = pointName(event.node, event.segment);
    const index = this.#indexOf.get(name);
    if (index === undefined) return;
    add(this.#received, name, 1n);
    const mark = marks?.get(number);
    const comments = mark ? commentsOf(mark, event, this.#translate, this.#redaction) : [];
    if (number !== this.#frames) comments.unshift(this.#translate('capture.number', { number }));
    this.#writer.record({
      interface: index,
      timeNs: this.#startNs + BigInt(Math.round(event.timeNs)),
      bytes: this.#redaction ? redactFrame(event.bytes, event.originalLength, this.#redaction) : event.bytes,
      originalLength: event.originalLength,
      direction: event.direction,
      comments,
      ...(mark && { packetId: BigInt(mark.journey.id) }),
    });
  }

  /** What each interface saw in all, and what it missed, where that is known. */
  end(): void {
    for (const [name, index] of this.#indexOf) {
      const dropped = this.#dropped.get(name) ?? 0n;
      const isKnown = dropped > 0n || (this.#captured?.whole.has(name) ?? true);
      this.#writer.statistics(index, {
        received: this.#received.get(name) ?? 0n,
        ...(isKnown && { dropped }),
      });
    }
  }

  /** What was written since the last time: the pieces make the file. */
  take(): Uint8Array {
    return this.#out.take();
  }

  #interface(name: string, planned: PlannedInterface): void {
    if (this.#indexOf.has(name) || this.#captured?.points.has(name) === false) return;
    this.#indexOf.set(name, this.#indexOf.size);
    this.#writer.interface(describe(name, planned, this.#redaction));
  }
}

/** Where frames were captured, `NODE.SEGMENT` each, and where nothing is missing: of the others nothing of the kind is claimed. */
export interface CapturedPoints {
  readonly points: ReadonlySet<string>;
  readonly whole: ReadonlySet<string>;
}

/** By frame number. */
export type Marks = ReadonlyMap<number, Mark>;

interface Mark {
  readonly journey: Journey;
  readonly hop: Hop;
}

const pointName = (node: string, segment: string): string => `${node}.${segment}`;

function add(counts: Map<string, bigint>, key: string, amount: bigint): void {
  counts.set(key, (counts.get(key) ?? 0n) + amount);
}

/** In lane order. */
function* capturePoints({ nodes }: Plan): Generator<[string, PlannedInterface]> {
  for (const node of nodes) for (const one of node.interfaces) yield [pointName(node.name, one.segment), one];
}

function describe(
  name: string,
  { address, mac, prefixLength }: PlannedInterface,
  redaction: Redaction | undefined,
): CaptureInterface {
  const { addresses } = redaction ?? {};
  return {
    name,
    linkType: 1,
    snapLength: 262144,
    ipv4: { address: addresses?.ipv4(address) ?? address, mask: prefixMask(prefixLength) },
    mac: addresses?.mac(mac) ?? mac,
  };
}

/** Wireshark shows one name per address: the node's, or the service's for a VIP. */
function namesOf(plan: Plan): { address: Ipv4; name: string }[] {
  const nodes = plan.nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ address }) => ({ address, name })),
  );
  return [...nodes, ...plan.services.map(({ vip, name }) => ({ address: vip, name: `VIP-${name}` }))];
}

/** What the report says of each frame. */
export function marksOf(report: Report): Marks {
  const marks = new Map<number, Mark>();
  for (const journey of report.journeys) {
    for (const hop of journey.hops) for (const frame of hop.frames) marks.set(frame, { journey, hop });
  }
  return marks;
}

/** One comment for what changed (or where it began), and on arrival one for what the node did with it. */
function commentsOf(
  { journey, hop }: Mark,
  event: FrameEvent,
  translate: Translate,
  redaction: Redaction | undefined,
): string[] {
  const way = translate('capture.hop', {
    flow: journey.flow,
    kind: translate(`kind.${journey.kind}`),
    direction: translate(`direction.${journey.direction}`),
    from: hop.from,
    to: hop.to || '–',
  });
  const changes = hop.changes.map((change) => {
    const { field, before, after } = redaction ? redactChange(change, redaction) : change;
    return before || after ? `${field} ${before || '–'} → ${after || '–'}` : field;
  });
  const comments = [[way, ...changes].join(' · ')];
  if (event.direction === 'in' && event.node === hop.to) {
    const { fate, reason, decision } = hop.arrival;
    const because = reason && translate(`reason.${reason}`);
    // A scheduler says what it worked out of the addresses.
    const detail = redaction?.addresses ? undefined : decision?.detail;
    const words = [translate(`fate.${fate}`), because, decision?.rule, decision?.server, detail];
    comments.push(words.filter(Boolean).join(' · '));
  }
  return comments;
}

/** Nanoseconds since the Unix epoch of an ISO time with nine decimals; `Date` alone keeps only milliseconds. */
export function epochNs(startedAt: string): bigint {
  const [, seconds = '', decimals = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(startedAt) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(decimals.padEnd(9, '0').slice(0, 9));
}
