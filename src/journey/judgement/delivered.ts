import { u32 } from '../../packet/bytes.ts';
import { ACK, FIN, SYN } from '../../packet/tcp.ts';
import { findOption, SACK } from '../../packet/tcp-options.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

const TCP_HEADER = 20;

/**
 * The first packet of the other direction which says that these bytes came (RFC 9293), up to a number or as a block of a
 * selective acknowledgement (RFC 2018); undefined where none was recorded, and for what has no bytes to acknowledge.
 */
export function acknowledgementOf(
  { direction, first: { facts } }: JourneyRecord,
  { journeys }: FlowRecord,
): JourneyRecord | undefined {
  if (facts.kind !== 'tcp' || facts.fragment) return undefined;
  const end = endOf(facts);
  if (end === facts.sequence) return undefined;
  return journeys.find(
    ({ direction: other, first }) => other !== direction && acknowledges(first.facts, facts.sequence, end),
  );
}

function acknowledges(facts: FrameFacts, start: number, end: number): boolean {
  if (facts.kind !== 'tcp' || !(facts.flags & ACK)) return false;
  return reaches(facts.acknowledgement, end) || isInBlock(facts, start, end);
}

function isInBlock({ bytes, l4At, payloadAt }: FrameFacts, start: number, end: number): boolean {
  const until = Math.min(payloadAt, bytes.length);
  const at = findOption(bytes, Math.min(l4At + TCP_HEADER, until), until, SACK);
  if (at < 0) return false;
  for (let block = at + 2; block + 8 <= at + bytes[at + 1]!; block += 8)
    if (reaches(start, u32(bytes, block)) && reaches(u32(bytes, block + 4), end)) return true;
  return false;
}

/** The sequence number after the segment. */
function endOf({ sequence, sentLength, flags }: FrameFacts): number {
  return (sequence + sentLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) >>> 0;
}

/** Sequence numbers wrap. */
function reaches(one: number, other: number): boolean {
  return ((one - other) | 0) >= 0;
}
