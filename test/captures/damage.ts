import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import type { Random } from '../../src/lab/embedded/random.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { setU16 } from '../../src/packet/bytes.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as gue from '../../src/packet/gue.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { pseudoHeaderSum, fold } from '../../src/packet/ones-complement.ts';

/** A frame that one host recorded, with its number in the live run. */
export interface Record {
  readonly event: FrameEvent;
  readonly live: number;
}

/** What one host recorded, in its own order. */
export interface HostFile {
  readonly node: string;
  readonly records: readonly Record[];
}

/** Something that recording as people do it does to what a host recorded. */
export type Damage = (file: HostFile, random: Random, index: number) => HostFile;

/** A run, split by node into files. */
export function split(plan: Plan, events: readonly LabEvent[]): HostFile[] {
  const files = new Map<string, Record[]>(plan.nodes.map(({ name }) => [name, []]));
  let live = 0;
  for (const event of events)
    if (event.kind === 'frame') files.get(event.node)!.push({ event, live: ++live });
  return [...files].map(([node, records]) => ({ node, records }));
}

/** All files on one clock. */
export function merged(files: readonly HostFile[]): Record[] {
  return files.flatMap(({ records }) => records).sort((a, b) => a.event.timeNs - b.event.timeNs);
}

const eachFrame =
  (change: (event: FrameEvent, random: Random) => FrameEvent): Damage =>
  ({ node, records }, random) => ({
    node,
    records: records.map(({ event, live }) => ({ event: change(event, random), live })),
  });

/** So many of a hundred records are not there. */
export const missing =
  (percent: number): Damage =>
  ({ node, records }, random) => ({ node, records: records.filter(() => random.share() * 100 >= percent) });

/** Each interface of a host was listened to for some of the time: from a moment of its own, until one of its own. */
export const inPart: Damage = (file, random) => {
  const windows = new Map<string, readonly [fromNs: number, untilNs: number]>();
  const times = file.records.map(({ event }) => event.timeNs);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  for (const { event } of file.records)
    if (!windows.has(event.segment)) {
      const at = (share: number) => first + share * (last - first);
      const isPart = random.below(2) === 0;
      windows.set(
        event.segment,
        isPart ? [at(random.share() / 2), at(1 - random.share() / 2)] : [first, last],
      );
    }
  const isHeard = ({ event }: Record) => {
    const [fromNs, untilNs] = windows.get(event.segment)!;
    return event.timeNs >= fromNs && event.timeNs <= untilNs;
  };
  return { ...file, records: file.records.filter(isHeard) };
};

/** What a snap length leaves. */
export const truncated = (snapLength: number): Damage =>
  eachFrame((event) => ({ ...event, bytes: event.bytes.slice(0, snapLength) }));

/** Only one host of two has the snap length. */
export const halfTruncated =
  (snapLength: number): Damage =>
  (file, random, index) =>
    index % 2 === 0 ? truncated(snapLength)(file, random, index) : file;

/** Clocks that are wrong by at most so much, once they were set. */
export const skewed =
  (mostNs: number): Damage =>
  (file, random) => {
    const offsetNs = Math.round((random.share() * 2 - 1) * mostNs);
    return {
      ...file,
      records: file.records.map(({ event, live }) => ({
        event: { ...event, timeNs: Math.max(0, event.timeNs + offsetNs) },
        live,
      })),
    };
  };

/** `-i any` on one host: where a frame that it sends goes to is not told. */
export const cooked: Damage = (file, random, index) =>
  index !== 2
    ? file
    : eachFrame((event) => {
        if (event.direction === 'in') return event;
        const bytes = event.bytes.slice();
        bytes.fill(0, 0, 6);
        return { ...event, bytes };
      })(file, random, index);

/** The card fills in the checksums of what the host sends: nothing is there yet, or the sum over the pseudo header. */
export const unfilled: Damage = eachFrame((event, random) =>
  event.direction === 'in' ? event : { ...event, bytes: withoutChecksum(event.bytes, random) },
);

function withoutChecksum(whole: Uint8Array, random: Random): Uint8Array {
  const bytes = whole.slice();
  let at = ethernet.HEADER_LENGTH;
  if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return bytes;
  if (ipv4.protocolOf(bytes, at) === ipv4.PROTOCOL_IPIP) at += ipv4.headerLengthOf(bytes, at);
  else if (ipv4.protocolOf(bytes, at) === ipv4.PROTOCOL_UDP && !ipv4.isFragment(bytes, at)) {
    const inner = gue.innerAt(bytes, at + ipv4.headerLengthOf(bytes, at), bytes.length);
    if (inner > 0) at = inner;
  }
  if (ipv4.checkHeader(bytes, at, bytes.length) !== undefined || ipv4.isFragment(bytes, at)) return bytes;
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  const protocol = ipv4.protocolOf(bytes, at);
  const field = protocol === ipv4.PROTOCOL_TCP ? 16 : protocol === ipv4.PROTOCOL_UDP ? 6 : undefined;
  if (field === undefined || l4At + field + 2 > bytes.length) return bytes;
  const length = ipv4.totalLengthOf(bytes, at) - (l4At - at);
  const partial = fold(
    pseudoHeaderSum(ipv4.sourceOf(bytes, at), ipv4.destinationOf(bytes, at), protocol, length),
  );
  setU16(bytes, l4At + field, random.below(2) === 0 ? 0 : partial);
  return bytes;
}
