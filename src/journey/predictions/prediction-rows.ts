import { asMac, formatIpv4, formatMac, NO_MAC } from '../../packet/address.ts';
import { hexBytes, tcpFlags } from '../../packet/fields.ts';
import { tunnelBy } from '../../models/models.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as udp from '../../packet/udp.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { sameRange } from '../joins/match-keys.ts';
import type { Prediction } from './prediction.ts';
import { predict } from './predictions.ts';
import type { Hop } from '../report.ts';

/** Of each hop every field that is foretold, with what was seen. */
export function expectedRows(journey: JourneyRecord): Hop['expected'][] {
  return predict(journey).map((prediction, index) =>
    prediction === undefined ? [] : rowsOf(prediction, journey.hops[index]!),
  );
}

function rowsOf(prediction: Prediction, hop: HopRecord): Hop['expected'] {
  const { facts } = hop;
  const found: Hop['expected'][number][] = [];
  const { base } = prediction;
  for (const row of rows) {
    const expected = row.expected(prediction, facts);
    if (expected === undefined || isUntold(row, hop, base)) continue;
    const observed = row.observed(facts, base);
    const text = row.text(expected, base);
    const ok = isSame(row, hop, expected, observed);
    // What is equal reads the same.
    found.push({
      field: row.field(facts),
      expected: text,
      observed: ok ? text : row.text(observed, facts),
      ok,
    });
  }
  return found;
}

/** The same without the texts: tells of each hop that is foretold whether it is so. */
export function checkHeaders(journey: JourneyRecord, tell: (hop: HopRecord, ok: boolean) => void): void {
  for (const [index, prediction] of predict(journey).entries()) {
    const hop = journey.hops[index]!;
    if (prediction) tell(hop, agrees(prediction, hop));
  }
}

function agrees(prediction: Prediction, hop: HopRecord): boolean {
  const { facts } = hop;
  for (const row of rows) {
    const expected = row.expected(prediction, facts);
    if (expected === undefined || isUntold(row, hop, prediction.base)) continue;
    if (!isSame(row, hop, expected, row.observed(facts, prediction.base))) return false;
  }
  return true;
}

/** An interface may have several MAC addresses: any is its own. */
function isSame(row: Row, { stage }: HopRecord, expected: number, observed: number): boolean {
  if (expected === observed) return true;
  return row.isMac === true && stage.network.isSameStation(asMac(expected), asMac(observed));
}

/** Whether the capture does not tell: it cut the frame, or has it from a sender whose card fills in what is missing. */
function isUntold(row: Row, { facts, cut, stage, isSeenSent }: HopRecord, base: FrameFacts): boolean {
  if (row.needsAll && (cut || base.isCut)) return true;
  if (!stage.isCapture) return false;
  return (row.isFilledIn && isSeenSent) || (row.isMac && row.observed(facts, base) === NO_MAC) === true;
}

/** One line of the comparison. Values are numbers, so that checking makes no text. */
interface Row {
  readonly field: (facts: FrameFacts) => string;
  readonly expected: (prediction: Prediction, facts: FrameFacts) => number | undefined;
  readonly observed: (facts: FrameFacts, base: FrameFacts) => number;
  /** `source` is the frame that the value is of: for fields too long for a number. */
  text(value: number, source: FrameFacts): string;
  /** Cannot be told from a frame that the capture cut. */
  readonly needsAll?: boolean;
  /** A network card fills it in, after the sender's own capture. */
  readonly isFilledIn?: boolean;
  /** A cooked capture need not tell it. */
  readonly isMac?: boolean;
}

/** `Number(true)`. */
const VALID = 1;
const named = (name: string) => () => name;
const ofKind = (name: string) => (facts: FrameFacts) => `${facts.kind}.${name}`;
const isPacket = ({ kind }: FrameFacts) => kind !== 'arp' && kind !== 'other';
const isPorted = ({ kind }: FrameFacts) => kind === 'tcp' || kind === 'udp';
const validity = (value: number) => (value === VALID ? 'valid' : 'invalid');
const hex = (digits: number) => (value: number) => `0x${value.toString(16).padStart(digits, '0')}`;

/** A field that no model touches: as it was in the first hop. */
function untouched(
  name: string,
  applies: (facts: FrameFacts) => boolean,
  value: (facts: FrameFacts) => number,
  text: (value: number) => string,
): Row {
  return {
    field: named(name),
    expected: ({ base }, facts) => (applies(facts) ? value(base) : undefined),
    observed: value,
    text,
  };
}

/** The same for bytes. They are equal when 1; the text shows them. */
function untouchedBytes(
  name: string,
  applies: (facts: FrameFacts) => boolean,
  range: (facts: FrameFacts) => readonly [start: number, end: number],
): Row {
  return {
    field: named(name),
    expected: (_, facts) => (applies(facts) ? VALID : undefined),
    observed: (facts, base) => {
      const [from, end] = range(facts);
      const [baseFrom, baseEnd] = range(base);
      const length = end - from;
      return Number(
        length === baseEnd - baseFrom && sameRange(facts.bytes, from, base.bytes, baseFrom, length),
      );
    },
    text: (_, source) => hexBytes(source.bytes.subarray(...range(source))),
    needsAll: true,
  };
}

const rows: readonly Row[] = [
  {
    field: named('eth.dst'),
    expected: (p) => p.etherDestination,
    observed: (f) => f.etherDestination,
    text: formatMac,
    isMac: true,
  },
  {
    field: named('eth.src'),
    expected: (p) => p.etherSource,
    observed: (f) => f.etherSource,
    text: formatMac,
    isMac: true,
  },
  {
    field: named('ipip'),
    expected: (p, f) => (isPacket(f) ? (p.outer?.protocol ?? 0) : undefined),
    observed: (f) => f.outerProtocol,
    text: (value) => tunnelBy(value)?.title ?? '-',
  },
  ...outerRows(),
  untouched('ip.dsfield', isPacket, (f) => ipv4.trafficClassOf(f.bytes, f.ipAt), hex(2)),
  untouched('ip.id', isPacket, (f) => ipv4.idOf(f.bytes, f.ipAt), hex(4)),
  untouched(
    'ip.flags',
    isPacket,
    (f) => Number(ipv4.dontFragmentOf(f.bytes, f.ipAt)),
    (v) => (v ? 'DF' : '-'),
  ),
  {
    field: named('ip.ttl'),
    expected: (p) => p.ttl,
    observed: (f) => ipv4.ttlOf(f.bytes, f.ipAt),
    text: String,
  },
  {
    field: named('ip.checksum'),
    expected: (_, f) => (isPacket(f) ? VALID : undefined),
    observed: ({ bytes, ipAt, outerAt }) =>
      Number(ipv4.headerChecksumOk(bytes, ipAt) && (outerAt === 0 || ipv4.headerChecksumOk(bytes, outerAt))),
    text: validity,
    isFilledIn: true,
  },
  { field: named('ip.src'), expected: (p) => p.source, observed: (f) => f.source, text: formatIpv4 },
  {
    field: named('ip.dst'),
    expected: (p) => p.destination,
    observed: (f) => f.destination,
    text: formatIpv4,
  },
  untouchedBytes('ip.options', isUnrecorded, ({ ipAt, l4At }) => [ipAt + ipv4.OPTIONS, l4At]),
  {
    field: ofKind('srcport'),
    expected: (p, f) => (isPorted(f) ? p.sourcePort : undefined),
    observed: (f) => f.sourcePort,
    text: String,
  },
  {
    field: ofKind('dstport'),
    expected: (p, f) => (isPorted(f) ? p.destinationPort : undefined),
    observed: (f) => f.destinationPort,
    text: String,
  },
  {
    field: named('icmp.rest'),
    expected: (p, f) =>
      isEcho(f) && p.sourcePort !== undefined ? p.sourcePort * 65536 + p.base.sequence : undefined,
    observed: (f) => f.sourcePort * 65536 + f.sequence,
    text: hex(8),
  },
  untouched('tcp.seq', isTcp, (f) => f.sequence, String),
  untouched('tcp.ack', isTcp, (f) => f.acknowledgement, String),
  untouched('tcp.flags', isTcp, (f) => f.flags, tcpFlags),
  untouchedBytes('tcp.options', isTcp, ({ l4At, payloadAt }) => [l4At + 20, payloadAt]),
  {
    field: ofKind('checksum'),
    // Valid wherever it was valid before; nothing is promised for one that was not.
    expected: ({ base }, f) => (isChecked(f) && l4Validity(base) === VALID ? VALID : undefined),
    observed: l4Validity,
    text: validity,
    needsAll: true,
    isFilledIn: true,
  },
  untouchedBytes(
    'payload',
    (f) => isPacket(f) && f.quoted === undefined,
    ({ payloadAt, payloadEnd }) => [payloadAt, payloadEnd],
  ),
];

function outerRows(): Row[] {
  const row = <Value extends number>(
    name: string,
    expected: (outer: NonNullable<Prediction['outer']>) => Value | undefined,
    observed: (bytes: Uint8Array, at: number) => Value,
    text: (value: Value) => string,
  ): Row => ({
    field: named(`ipip ${name}`),
    expected: ({ outer }, { outerProtocol }) =>
      outer && outer.protocol === outerProtocol ? expected(outer) : undefined,
    observed: ({ bytes, outerAt }) => observed(bytes, outerAt),
    text,
  });
  return [
    row('ip.src', (outer) => outer.source, ipv4.sourceOf, formatIpv4),
    row('ip.dst', (outer) => outer.destination, ipv4.destinationOf, formatIpv4),
    row('ip.ttl', (outer) => outer.ttl, ipv4.ttlOf, String),
    row('ip.dsfield', (outer) => outer.trafficClass, ipv4.trafficClassOf, hex(2)),
    row(
      'ip.flags',
      (outer) => Number(outer.dontFragment),
      (bytes, at) => Number(ipv4.dontFragmentOf(bytes, at)),
      (value) => (value ? 'DF' : '-'),
    ),
    row('udp.srcport', ({ udp: around }) => around?.sourcePort, behind(udp.sourcePortOf), String),
    row('udp.dstport', ({ udp: around }) => around?.destinationPort, behind(udp.destinationPortOf), String),
    // None: the inner packet has its own.
    row('udp.checksum', ({ udp: around }) => around && 0, behind(udp.checksumOf), hex(4)),
  ];
}

/** Of the UDP header behind an outer IPv4 header. */
function behind(read: (bytes: Uint8Array, at: number) => number): (bytes: Uint8Array, at: number) => number {
  return (bytes, at) => read(bytes, at + ipv4.headerLengthOf(bytes, at));
}

function isTcp({ kind }: FrameFacts): boolean {
  return kind === 'tcp';
}

function isEcho({ kind, icmpType }: FrameFacts): boolean {
  return kind === 'icmp' && (icmpType === 8 || icmpType === 0);
}

function isChecked({ kind }: FrameFacts): boolean {
  return kind === 'tcp' || kind === 'udp' || kind === 'icmp';
}

function l4Validity({ isL4Valid }: FrameFacts): number {
  return Number(isL4Valid);
}

/** Routers fill in record-route (7) and timestamp (68) options. */
function isUnrecorded(facts: FrameFacts): boolean {
  if (!isPacket(facts)) return false;
  const first = facts.bytes[facts.ipAt + ipv4.OPTIONS]!;
  return facts.l4At === facts.ipAt + ipv4.HEADER_LENGTH || (first !== 7 && first !== 68);
}
