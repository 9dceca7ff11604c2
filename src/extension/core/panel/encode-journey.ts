import type { Hop, Journey } from '../../../journey/report.ts';
import { decodeFrame } from '../../../packet/decode.ts';
import type { DecodedFrame } from '../../../packet/layers.ts';
import {
  confidences,
  journeyFlags,
  journeyKinds,
  journeyLayout as at,
  journeyOutcomes,
  recordKinds,
} from '../../../panel-protocol/records.ts';
import { encodeHop, predictedOf } from './encode-hop.ts';
import type { RecordWriter } from './record-writer.ts';
import type { RowContext } from './row-context.ts';
import { saying } from './saying.ts';

/** A journey's record; those of its hops follow, by `encodeHops`. */
export function encodeJourney(
  writer: RecordWriter,
  journey: Journey,
  hops: readonly Hop[],
  context: RowContext,
): void {
  const { strings, translate } = context;
  const last = hops[hops.length - 1]!;
  const first = decoded(hops[0]!.frame, context);
  const tcp = first?.layers.find((layer) => layer.kind === 'tcp');
  const payload = first?.layers.find((layer) => layer.kind === 'payload');
  writer.begin(recordKinds.journey);
  writer.u8(at.journeyKind, journeyKinds.indexOf(journey.kind));
  writer.u8(at.outcome, journeyOutcomes.indexOf(journey.outcome));
  const reply = journey.direction === 'reply' ? journeyFlags.reply : 0;
  writer.u8(at.flags, reply | (journey.retransmission ? journeyFlags.retransmission : 0));
  writer.u32(at.id, journey.id);
  writer.u32(at.flow, journey.flow);
  writer.u16(at.epoch, journey.epoch);
  writer.u16(at.hops, hops.length);
  writer.f64(at.timeNs, hops[0]!.timeNs);
  writer.u8(at.confidence, confidences.indexOf(journey.confidence));
  writer.u8(at.expected, predictedOf(hops));
  writer.u8(at.tcpFlags, tcp?.flags ?? 0);
  writer.u32(at.payload, payload && tcp ? payload.end - payload.start : 0);
  const { reason } = last.arrival;
  writer.u32(at.reason, reason ? strings.indexOf(translate(`reason.${reason}`)) : 0);
  writer.u32(at.detail, first ? strings.indexOf(saying(first, translate)) : 0);
  writer.f64(at.endNs, last.timeNs);
}

export function encodeHops(
  journey: number,
  hops: readonly Hop[],
  context: RowContext,
  writerFor: () => RecordWriter,
): void {
  for (const [index, hop] of hops.entries()) {
    encodeHop(writerFor(), journey, index, hop, decoded(hop.frame, context), context);
  }
}

function decoded(number: number, { frame }: RowContext): DecodedFrame | undefined {
  const event = frame(number);
  return event && decodeFrame(event.bytes, event.originalLength);
}
