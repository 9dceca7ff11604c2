import type { Hop, HopChange } from '../../../journey/report.ts';
import { BROADCAST_MAC, type Mac } from '../../../packet/address.ts';
import type { DecodedFrame, Layer } from '../../../packet/layers.ts';
import { GROUP_MAC } from '../../../packet/vrrp.ts';
import {
  changeBits,
  confidences,
  fates,
  hopFlags,
  hopLayout as at,
  recordKinds,
} from '../../../panel-protocol/records.ts';
import { decisionText } from './decision-text.ts';
import type { RecordWriter } from './record-writer.ts';
import type { RowContext } from './row-context.ts';

/** @param frame The hop's first capture; `undefined` when it was evicted, and then its headers are 0. */
export function encodeHop(
  writer: RecordWriter,
  journey: number,
  number: number,
  hop: Hop,
  frame: DecodedFrame | undefined,
  context: RowContext,
): void {
  const { index, strings, translate } = context;
  const { arrival, changes } = hop;
  writer.begin(recordKinds.hop);
  writer.u8(at.confidence, confidences.indexOf(hop.confidence));
  writer.u8(at.fate, fates.indexOf(arrival.fate));
  writer.u32(at.journey, journey);
  writer.u16(at.index, number);
  writer.f64(at.timeNs, hop.timeNs);
  writer.u32(at.frame, hop.frame);
  writer.u16(at.from, index.node(hop.from));
  writer.u16(at.to, index.node(hop.to));
  writer.u16(at.segment, index.segment(hop.segment));
  writer.u8(at.expected, expectedOf(hop));
  writer.u16(at.signature, signatureBits(changes));
  writer.u8(at.routine, changes.filter(({ role }) => role === 'routine').length);
  writer.u32(at.reason, arrival.reason ? strings.indexOf(translate(`reason.${arrival.reason}`)) : 0);
  writer.u32(at.decision, strings.indexOf(decisionText(arrival, translate)));
  writer.u32(at.unexpected, strings.indexOf(unexpectedText(hop)));
  if (frame) encodeHeaders(writer, frame, context.frame(hop.frame)?.originalLength ?? 0, context);
}

/** 0 nothing was predicted, 1 all as predicted, 2 something was not. */
function expectedOf({ expected }: Hop): number {
  if (expected.length === 0) return 0;
  return expected.every(({ ok }) => ok) ? 1 : 2;
}

/** A value that is longer, such as a payload's bytes, is told by its beginning: the details have it whole. */
const LONGEST_VALUE = 40;

function unexpectedText({ expected: rows }: Hop): string {
  const wrong = rows.filter(({ ok }) => !ok);
  const short = (value: string) =>
    value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  return wrong.length === 0
    ? ''
    : JSON.stringify(wrong.map(({ field, observed, expected }) => [field, short(observed), short(expected)]));
}

/** The worst of several hops. */
export function predictedOf(hops: readonly Hop[]): number {
  return hops.reduce((worst, hop) => Math.max(worst, expectedOf(hop)), 0);
}

function encodeHeaders(
  writer: RecordWriter,
  { bytes, layers }: DecodedFrame,
  length: number,
  { index }: RowContext,
): void {
  const packets = layers.filter((layer) => layer.kind === 'ipv4');
  const outer = packets[0];
  const inner = packets[packets.length - 1];
  let flags = length > bytes.length ? hopFlags.cut : 0;
  if (packets.length > 1) flags |= hopFlags.encapsulated;
  if (packets.some(({ moreFragments, fragmentOffset }) => moreFragments || fragmentOffset > 0)) {
    flags |= hopFlags.fragment;
  }
  writer.u16(at.length, Math.min(length, 0xffff));
  if (outer && inner) {
    writer.u8(at.ttl, outer.ttl);
    writer.u8(at.protocol, outer.protocol);
    writer.u32(at.source, inner.source);
    writer.u32(at.destination, inner.destination);
    if (outer !== inner) {
      writer.u32(at.outerSource, outer.source);
      writer.u32(at.outerDestination, outer.destination);
    }
  }
  for (const layer of layers) flags |= encodeLayer(writer, layer, index.ownerOf.bind(index));
  writer.u8(at.flags, flags);
}

function encodeLayer(writer: RecordWriter, layer: Layer, ownerOf: (mac: Mac) => number): number {
  switch (layer.kind) {
    case 'ethernet':
      writer.u16(at.sourceMac, ownerOf(layer.source));
      writer.u16(at.destinationMac, ownerOf(layer.destination));
      return layer.destination === BROADCAST_MAC || layer.destination === GROUP_MAC ? hopFlags.broadcast : 0;
    case 'arp':
      writer.u32(at.source, layer.senderIp);
      writer.u32(at.destination, layer.targetIp);
      return 0;
    case 'tcp':
    case 'udp':
      writer.u16(at.sourcePort, layer.sourcePort);
      writer.u16(at.destinationPort, layer.destinationPort);
      return 0;
    case 'icmp':
      if (layer.type === 0 || layer.type === 8) {
        writer.u16(at.sourcePort, layer.rest >>> 16);
        writer.u16(at.destinationPort, layer.rest >>> 16);
      }
      return 0;
    case 'ipv4':
    case 'gue':
    case 'vrrp':
    case 'payload':
      return 0;
  }
}

const bitOf: Readonly<Partial<Record<HopChange['field'], number>>> = {
  'eth.src': changeBits.sourceMac,
  'eth.dst': changeBits.destinationMac,
  'ip.src': changeBits.source,
  'ip.dst': changeBits.destination,
  'tcp.srcport': changeBits.sourcePort,
  'udp.srcport': changeBits.sourcePort,
  'icmp.rest': changeBits.sourcePort,
  'tcp.dstport': changeBits.destinationPort,
  'udp.dstport': changeBits.destinationPort,
  'ip.ttl': changeBits.ttl,
};

function signatureBits(changes: readonly HopChange[]): number {
  let bits = 0;
  for (const { field, after, role } of changes) {
    if (role !== 'signature') continue;
    if (field === 'ipip' || field === 'gue') bits |= after ? changeBits.wrapped : changeBits.unwrapped;
    else bits |= bitOf[field] ?? changeBits.other;
  }
  return bits;
}
