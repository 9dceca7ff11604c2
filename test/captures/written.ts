import type { CaptureSource } from '../../src/captures/source.ts';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import type { ToldCaptures } from '../../src/captures/told.ts';
import { Random } from '../../src/lab/embedded/random.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { isToEveryone } from '../../src/journey/records/to-everyone.ts';
import type { Mac } from '../../src/packet/address.ts';
import type { CaptureRecord } from '../../src/packet/capture.ts';
import { destinationOf } from '../../src/packet/ethernet.ts';
import { writePcap } from '../../src/packet/pcap.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { cooked } from './captured.ts';
import { missing, split, unfilled, type HostFile, type Record } from './damage.ts';

/** When the runs are said to have been, and by how much a clock may be wrong then. */
const EPOCH_NS = 1_700_000_000_000_000_000n;
const OFFSET_NS = 5e9;
const STEP_NS = 2e9;
const DRIFT = 500e-6;
const SNAP_LENGTH = 96;
const LEAST_FRAME = 60;
/** Within so long records may stand in any order, as where several buffers are written one after the other. */
const BUFFER_NS = 400_000;

/** PACKET_OTHERHOST of a cooked capture. */
const TO_OTHERS = 3;

/** What was read, and which frame of the live run each one is. */
export interface Written {
  readonly told: ToldCaptures;
  readonly records: readonly Record[];
}

interface FileOf {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of each of its records. */
  readonly live: readonly number[];
}

/**
 * A run written as files by its hosts and read back by what `lb-lab explain` reads with. 5 % of the records are missing,
 * checksums are left to the card, what was received is padded; every other host cuts at 96 bytes; one records all its
 * interfaces at once (SLL2); all clocks are seconds apart and drift, and one is set in between.
 */
export function writtenAndRead(
  plan: Plan,
  events: readonly LabEvent[],
  seed: number,
  { mirrored }: { readonly mirrored?: string } = {},
): Written {
  // Whom a switch watches does not record itself there.
  const own = split(plan, events).map(({ node, records }): HostFile => ({
    node,
    records: records.filter(({ event }) => event.segment !== mirrored),
  }));
  const files = own.flatMap((file, index) => {
    const random = new Random(seed, `${file.node} written`);
    const damaged = [missing(5), unfilled].reduce((one, damage) => damage(one, random, index), file);
    return damaged.records.length === 0 ? [] : filesOf(plan, damaged, random, index);
  });
  if (mirrored !== undefined) files.push(mirrorFile(events, mirrored, new Random(seed, 'mirror')));
  const sources = files.map(({ name, bytes }): CaptureSource => ({ name, capture: readCapture(bytes) }));
  const told = tellCaptures(
    sources,
    plan,
    mirrored === undefined ? {} : { interfaces: [`span.pcap=*.${mirrored}`] },
  );
  const frames = told.events.filter((event) => event.kind === 'frame');
  const records = frames.map((event, index): Record => {
    const { source, number } = told.refs[index]!;
    return { event, live: files[source]!.live[number - 1]! };
  });
  return { told, records };
}

function filesOf(plan: Plan, file: HostFile, random: Random, index: number): FileOf[] {
  const { node } = file;
  const timeOf = clockOf(file, random, index);
  const { interfaces: ports } = plan.nodes.find(({ name }) => name === node)!;
  const own = ports.map(({ segment }) => segment);
  const isCooked = index === 2;
  const all = inBuffers(file.records, random, index === 1).map((one): Timed => {
    const record = recordOf(one, own.indexOf(one.event.segment), timeOf(one.event.timeNs), index % 2 === 0);
    return { live: one.live, record: isCooked ? { ...anyOf(record, ports), interface: 0 } : record };
  });
  if (isCooked) return [pcapFile(`${node}-any.pcap`, 276, all)];
  if (index % 2 === 0)
    return own.flatMap((_, at) => {
      const part = all.filter(({ record }) => record.interface === at);
      return part.length === 0 ? [] : [pcapFile(`${node}-${at}.pcap`, 1, part)];
    });
  const interfaces = own.map((_, at) => ({ name: `eth${at}`, linkType: 1, snapLength: 0 }));
  const bytes = writePcapng({ interfaces, records: all.map(({ record }) => record), names: [] });
  return [{ name: `${node}.pcapng`, bytes, live: all.map(({ live }) => live) }];
}

/** Between what enters a switch and what leaves it. */
const SWITCHED_NS = 4_000n;

/** What a switch copies of a segment, by a clock of its own: 5 % are missing, and some ports are watched both ways. */
function mirrorFile(events: readonly LabEvent[], segment: string, random: Random): FileOf {
  const offsetNs = BigInt(Math.round((random.share() * 2 - 1) * OFFSET_NS));
  const isTwice = random.below(2) === 0;
  const all: Timed[] = [];
  // What is lost on its way to the switch is not there.
  const waiting = new Map<string, number>();
  let live = 0;
  for (const event of events) {
    if (event.kind !== 'frame') continue;
    live++;
    if (event.segment !== segment) continue;
    const key = Buffer.from(event.bytes).toString('latin1');
    if (event.direction === 'out') {
      waiting.set(key, live);
      continue;
    }
    const sent = waiting.get(key);
    if (sent === undefined || !waiting.delete(key) || random.share() < 0.05) continue;
    const { bytes, originalLength } = event;
    const timeNs = EPOCH_NS + offsetNs + BigInt(Math.round(event.timeNs)) - SWITCHED_NS;
    const record: CaptureRecord = { interface: 0, timeNs, bytes, originalLength, comments: [] };
    all.push({ live: sent, record });
    if (isTwice) all.push({ live: sent, record: { ...record, timeNs: timeNs + SWITCHED_NS } });
  }
  all.sort((one, other) => Number(one.record.timeNs - other.record.timeNs));
  return pcapFile('span.pcap', 1, all);
}

interface Timed {
  readonly live: number;
  readonly record: CaptureRecord;
}

function pcapFile(name: string, linkType: number, all: readonly Timed[]): FileOf {
  const inMicroseconds = all.map(({ record }) => ({ ...record, timeNs: (record.timeNs / 1000n) * 1000n }));
  return { name, bytes: writePcap(inMicroseconds, { linkType }), live: all.map(({ live }) => live) };
}

/** What tcpdump writes of it. */
function recordOf({ event }: Record, at: number, timeNs: bigint, isCut: boolean): CaptureRecord {
  const { direction, originalLength } = event;
  let { bytes } = event;
  if (direction === 'in' && originalLength < LEAST_FRAME && bytes.length === originalLength) {
    bytes = new Uint8Array(LEAST_FRAME);
    bytes.set(event.bytes);
  }
  const length = Math.max(originalLength, bytes.length);
  const kept = isCut ? bytes.slice(0, SNAP_LENGTH) : bytes;
  return { interface: at, timeNs, bytes: kept, originalLength: length, direction, comments: [] };
}

/** The same by `-i any`: each interface has a number, and what is flooded to it for others is marked. */
function anyOf(record: CaptureRecord, ports: readonly { readonly mac: Mac }[]): CaptureRecord {
  const made = cooked(276, record);
  made.bytes[7] = record.interface + 2;
  const to = destinationOf(record.bytes, 0);
  const isToOthers = !isToEveryone(to) && to !== ports[record.interface]!.mac;
  if (record.direction === 'in' && isToOthers) made.bytes[10] = TO_OTHERS;
  return { ...made, originalLength: record.originalLength + made.bytes.length - record.bytes.length };
}

/** Seconds off, drifting; the clock of one host is set once. */
function clockOf({ records }: HostFile, random: Random, index: number): (timeNs: number) => bigint {
  const offsetNs = (random.share() * 2 - 1) * OFFSET_NS;
  const rate = (random.share() * 2 - 1) * DRIFT;
  const lastNs = records.at(-1)!.event.timeNs;
  const setAtNs = index === 1 ? lastNs / 2 : Infinity;
  const stepNs = (random.below(2) === 0 ? -1 : 1) * STEP_NS;
  return (timeNs) => {
    const wrong = offsetNs + rate * timeNs + (timeNs > setAtNs ? stepNs : 0);
    return EPOCH_NS + BigInt(Math.round(timeNs + wrong));
  };
}

/** Records of one buffer in any order; not where the clock is set, which only their order shows. */
function inBuffers(records: readonly Record[], random: Random, isSet: boolean): readonly Record[] {
  if (isSet) return records;
  const places = records.map((record) => ({ record, at: record.event.timeNs + random.share() * BUFFER_NS }));
  return places.sort((one, other) => one.at - other.at).map(({ record }) => record);
}
