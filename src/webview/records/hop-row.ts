import { asIpv4, type Ipv4 } from '../../packet/address.ts';
import { confidences, fates, hopFlags, hopLayout as at } from '../../panel-protocol/records.ts';

/** A field that is not as the model says. Values as they are on the wire. */
export interface Unexpected {
  /** As the report has it: `eth.dst`. */
  readonly field: string;
  readonly seen: string;
  readonly expected: string;
}

/** A hop's record, read. Nodes and segments are their indices. */
export interface HopRow {
  readonly journey: number;
  readonly index: number;
  readonly timeNs: number;
  readonly frame: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
  readonly segment: number;
  readonly sourceMac: number;
  readonly destinationMac: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly expected: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly outerSource: Ipv4;
  readonly outerDestination: Ipv4;
  readonly signature: number;
  readonly routine: number;
  readonly reason: string;
  readonly decision: string;
  readonly unexpected: readonly Unexpected[];
  readonly confidence: (typeof confidences)[number];
  readonly fate: (typeof fates)[number];
  readonly encapsulated: boolean;
  readonly cut: boolean;
  readonly broadcast: boolean;
  readonly fragment: boolean;
  /** Its headers and what became of it are not to be seen yet. */
  readonly covered: boolean;
}

export function readHop(view: DataView, start: number, strings: readonly string[]): HopRow {
  const u8 = (offset: number) => view.getUint8(start + offset);
  const u16 = (offset: number) => view.getUint16(start + offset, true);
  const u32 = (offset: number) => view.getUint32(start + offset, true);
  const address = (offset: number) => asIpv4(u32(offset));
  const flags = u8(at.flags);
  return {
    journey: u32(at.journey),
    index: u16(at.index),
    timeNs: view.getFloat64(start + at.timeNs, true),
    frame: u32(at.frame),
    length: u16(at.length),
    from: u16(at.from),
    to: u16(at.to),
    segment: u16(at.segment),
    sourceMac: u16(at.sourceMac),
    destinationMac: u16(at.destinationMac),
    ttl: u8(at.ttl),
    protocol: u8(at.protocol),
    expected: u8(at.expected),
    source: address(at.source),
    destination: address(at.destination),
    sourcePort: u16(at.sourcePort),
    destinationPort: u16(at.destinationPort),
    outerSource: address(at.outerSource),
    outerDestination: address(at.outerDestination),
    signature: u16(at.signature),
    routine: u8(at.routine),
    reason: strings[u32(at.reason)] ?? '',
    decision: strings[u32(at.decision)] ?? '',
    unexpected: unexpectedOf(strings[u32(at.unexpected)]),
    confidence: confidences[u8(at.confidence)] ?? 'ambiguous',
    fate: fates[u8(at.fate)] ?? 'accepted',
    encapsulated: (flags & hopFlags.encapsulated) !== 0,
    cut: (flags & hopFlags.cut) !== 0,
    broadcast: (flags & hopFlags.broadcast) !== 0,
    fragment: (flags & hopFlags.fragment) !== 0,
    covered: false,
  };
}

const none: readonly Unexpected[] = [];

function unexpectedOf(text: string | undefined): readonly Unexpected[] {
  if (!text) return none;
  const list = JSON.parse(text) as readonly (readonly [field: string, seen: string, expected: string])[];
  return list.map(([field, seen, expected]) => ({ field, seen, expected }));
}
