import type { FrameEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { formatIpv4 } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import { innermostAt } from '../clocks/survivors.ts';
import { macsOf, nameOf } from '../point.ts';
import { eachOf, part, type Steps } from '../steps.ts';
import type { Observation } from './observation.ts';

/** So often one node has a segment before it is told: of a connection that nobody answers there is little more. */
const OFTEN = { syn: 2, data: 3 } as const;
/** The least time after which a sender sends again because nobody answered (RFC 6298; Linux waits 200 ms). */
const AGAIN_NS = 150e6;
/** So many segments with data are remembered; later ones are not looked at. */
const MOST_SEGMENTS = 20_000;
const HALF = 2 ** 31;

/** How one segment passed one node in one direction. */
interface Passage {
  readonly node: string;
  readonly direction: FrameEvent['direction'];
  readonly to: number;
  /** Indices of frame events. */
  readonly frames: number[];
  /** How often, each after the time in which an answer was waited for. */
  times: number;
  lastNs: number;
}

interface Segment {
  readonly sequence: number;
  readonly end: number;
  readonly isSyn: boolean;
  /** `10.0.1.10:40001 → 10.0.2.100:80`, as it was first seen. */
  readonly ends: string;
  readonly passages: Map<string, Passage>;
  /** Both ways of writing its ends, where an address was rewritten on the way. */
  readonly answers: Set<string>;
}

/**
 * TCP segments that were sent again and again, and that no recorded packet acknowledges: how far they were seen to come, and
 * whether more of it could have been seen. Of each it is told where the recording ends, not why.
 */
export function* unanswered(
  frames: readonly FrameEvent[],
  { nodes }: Plan,
  captured: ReadonlySet<string>,
): Steps<Observation[]> {
  const segments = yield* part(repeated(frames), 0, 0.5);
  if (segments.length === 0) return [];
  const byAnswer = new Map<string, Segment[]>();
  for (const segment of segments)
    for (const answer of segment.answers) {
      const others = byAnswer.get(answer);
      if (others) others.push(segment);
      else byAnswer.set(answer, [segment]);
    }
  const answered = new Set<Segment>();
  const look = ({ bytes }: FrameEvent): void => {
    const read = segmentOf(bytes);
    if (read === undefined || !(read.flags & tcp.ACK)) return;
    const ends = `${read.from} ${read.to}`;
    const open = byAnswer.get(ends);
    if (open === undefined) return;
    const isTold = (one: Segment) => (read.acknowledgement - one.end) >>> 0 < HALF;
    const told = open.filter(isTold);
    if (told.length === 0) return;
    for (const one of told) answered.add(one);
    // What is answered need not be asked about again.
    byAnswer.set(
      ends,
      open.filter((one) => !isTold(one)),
    );
  };
  yield* eachOf(frames, look, 0.5, 1);
  const nodeOfMac = new Map(
    nodes.flatMap(({ name, interfaces }) =>
      interfaces.flatMap((port) =>
        macsOf(port).map((mac) => [mac as number, nameOf({ node: name, segment: port.segment })] as const),
      ),
    ),
  );
  const missingOf = new Map(
    nodes.map(({ name, interfaces }) => [
      name,
      interfaces.map(({ segment }) => nameOf({ node: name, segment })).filter((one) => !captured.has(one)),
    ]),
  );
  return segments
    .filter((one) => !answered.has(one))
    .map((one) => observationOf(one, missingOf, (mac) => nodeOfMac.get(mac), captured));
}

function observationOf(
  { passages, ends, isSyn }: Segment,
  missingOf: ReadonlyMap<string, readonly string[]>,
  pointOf: (mac: number) => string | undefined,
  captured: ReadonlySet<string>,
): Observation {
  const kind = isSyn ? 'syn' : 'data';
  const all = [...passages.values()];
  const went = (node: string) => all.some((one) => one.node === node && one.direction === 'out');
  const stopped = all.findLast((one) => one.direction === 'in' && !went(one.node));
  if (stopped) {
    const { node, frames } = stopped;
    const missing = missingOf.get(node) ?? [];
    const code = missing.length > 0 ? 'came-unknown' : 'came';
    return {
      code: `${code}.${kind}`,
      params: { node, ends, count: frames.length, points: missing.join(', ') },
      frames,
    };
  }
  const { node, frames, to } = all.findLast(({ direction }) => direction === 'out')!;
  const point = pointOf(to);
  const params = { node, ends, count: frames.length, point: point ?? '' };
  const code = point !== undefined && captured.has(point) ? 'not-come' : 'went';
  return { code: `${code}.${kind}`, params, frames };
}

/** Those that one node sent, or got, that often. */
function* repeated(frames: readonly FrameEvent[]): Steps<Segment[]> {
  const known = new Map<string, Segment>();
  const often = new Set<Segment>();
  let withData = 0;
  yield* eachOf(frames, ({ node, direction, bytes, timeNs }, index) => {
    const read = segmentOf(bytes);
    if (read === undefined || read.end === read.sequence || read.flags & tcp.RST) return;
    const isSyn = (read.flags & tcp.SYN) !== 0;
    const key = `${read.sequence} ${read.end} ${isSyn ? 'syn' : ''}`;
    let segment = known.get(key);
    if (segment === undefined) {
      if (!isSyn && ++withData > MOST_SEGMENTS) return;
      segment = {
        ...read,
        isSyn,
        ends: `${read.from} → ${read.to}`,
        passages: new Map(),
        answers: new Set(),
      };
      known.set(key, segment);
    }
    segment.answers.add(`${read.to} ${read.from}`);
    const way = `${node} ${direction}`;
    let passage = segment.passages.get(way);
    if (passage === undefined) {
      const to = ethernet.destinationOf(bytes, 0);
      passage = { node, direction, to, frames: [], times: 0, lastNs: -Infinity };
      segment.passages.set(way, passage);
    }
    passage.frames.push(index);
    if (timeNs - passage.lastNs < AGAIN_NS) return;
    passage.lastNs = timeNs;
    passage.times++;
    if (passage.times === OFTEN[isSyn ? 'syn' : 'data']) often.add(segment);
  });
  return [...often];
}

function segmentOf(bytes: Uint8Array) {
  const at = ethernet.HEADER_LENGTH;
  if (bytes.length < at || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return undefined;
  if (ipv4.checkHeader(bytes, at, bytes.length) !== undefined) return undefined;
  const inner = innermostAt(bytes, at, bytes.length);
  if (inner === 0) return undefined;
  if (ipv4.protocolOf(bytes, inner) !== ipv4.PROTOCOL_TCP || ipv4.isFragment(bytes, inner)) return undefined;
  const l4 = inner + ipv4.headerLengthOf(bytes, inner);
  if (l4 + tcp.HEADER_LENGTH > bytes.length) return undefined;
  const flags = tcp.flagsOf(bytes, l4);
  const sequence = tcp.sequenceOf(bytes, l4);
  const length = inner + ipv4.totalLengthOf(bytes, inner) - l4 - tcp.headerLengthOf(bytes, l4);
  const end = (sequence + Math.max(0, length) + (flags & tcp.SYN ? 1 : 0)) >>> 0;
  return {
    flags,
    sequence,
    end,
    acknowledgement: tcp.acknowledgementOf(bytes, l4),
    from: `${formatIpv4(ipv4.sourceOf(bytes, inner))}:${tcp.sourcePortOf(bytes, l4)}`,
    to: `${formatIpv4(ipv4.destinationOf(bytes, inner))}:${tcp.destinationPortOf(bytes, l4)}`,
  };
}
