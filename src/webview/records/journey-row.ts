import {
  confidences,
  journeyFlags,
  journeyKinds,
  journeyLayout as at,
  journeyOutcomes,
} from '../../panel-protocol/records.ts';

/** A packet's record, read. */
export interface JourneyRow {
  readonly id: number;
  readonly flow: number;
  readonly kind: (typeof journeyKinds)[number];
  readonly outcome: (typeof journeyOutcomes)[number];
  readonly epoch: number;
  readonly hops: number;
  readonly timeNs: number;
  readonly endNs: number;
  readonly confidence: (typeof confidences)[number];
  readonly expected: number;
  readonly reply: boolean;
  readonly retransmission: boolean;
  readonly tcpFlags: number;
  readonly payload: number;
  readonly reason: string;
  readonly detail: string;
}

export function readJourney(view: DataView, start: number, strings: readonly string[]): JourneyRow {
  const u8 = (offset: number) => view.getUint8(start + offset);
  const u32 = (offset: number) => view.getUint32(start + offset, true);
  return {
    id: u32(at.id),
    flow: u32(at.flow),
    kind: journeyKinds[u8(at.journeyKind)] ?? 'other',
    outcome: journeyOutcomes[u8(at.outcome)] ?? 'arrived',
    epoch: view.getUint16(start + at.epoch, true),
    hops: view.getUint16(start + at.hops, true),
    timeNs: view.getFloat64(start + at.timeNs, true),
    endNs: view.getFloat64(start + at.endNs, true),
    confidence: confidences[u8(at.confidence)] ?? 'ambiguous',
    expected: u8(at.expected),
    reply: (u8(at.flags) & journeyFlags.reply) !== 0,
    retransmission: (u8(at.flags) & journeyFlags.retransmission) !== 0,
    tcpFlags: u8(at.tcpFlags),
    payload: u32(at.payload),
    reason: strings[u32(at.reason)] ?? '',
    detail: strings[u32(at.detail)] ?? '',
  };
}
