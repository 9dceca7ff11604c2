import { FIN, SYN } from '../../packet/tcp.ts';
import type { Completeness } from '../records/completeness.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** So many of one flow, sent one after the other, of which none came through: all their records cannot well be missing. */
const SILENT = 3;
/** How much of a flow is looked at for that. */
const LOOKED_AT = 100;

/**
 * Whether it is proven, in a capture, that a packet did not come further than `hop` shows, to or through the node `hop.to`:
 * that no record shows it is not enough, for a record may be missing. Proof is one of three: the recorder counted what it
 * missed; nothing of the flow came through; or the sender sent it again, that came through, and only then was it answered.
 */
export function isAbsenceProven(hop: HopRecord, flow: FlowRecord, completeness: Completeness): boolean {
  const { to, segment, timeNs, received } = hop;
  const node = hop.stage.network.node(to);
  if (node === undefined) return false;
  const where = received ? node.interfaces.map((port) => port.segment) : [segment];
  if (where.every((one) => completeness.isWhole(to, one, timeNs))) return true;
  // Who sends to whom it asked for had an answer, one time or another.
  if (hop.facts.kind === 'arp' && completeness.hasSpoken(to, hop.from)) return false;
  if (completeness.isAwake(to, where, timeNs) && isSilent(hop, flow)) return true;
  return completeness.isUnbroken(to, where, timeNs) && isSentAgain(hop, flow);
}

/** Whether of the flow's packets that were seen as far as this none was seen any further, and there are several. */
function isSilent(hop: HopRecord, { journeys }: FlowRecord): boolean {
  let count = 0;
  for (let i = 0; i < journeys.length && i < LOOKED_AT; i++) {
    const journey = journeys[i]!;
    if (journey.direction !== hop.journey!.direction) continue;
    // Whatever goes on from there, though it was not joined.
    if (journey.hops.some(({ from }) => from === hop.to)) return false;
    const like = likeIn(journey, hop);
    if (like === undefined) continue;
    if (isThrough(like, hop)) return false;
    count++;
  }
  return count >= SILENT;
}

/** TCP: the same segment came through later, and what acknowledges it came after that. */
function isSentAgain(hop: HopRecord, { journeys }: FlowRecord): boolean {
  const journey = hop.journey!;
  const { facts } = journey.first;
  if (facts.kind !== 'tcp' || facts.fragment) return false;
  const end = endOf(facts);
  if (end === facts.sequence) return false;
  const again = journeys.find((one) => {
    const like = one.order > journey.order && sendsTheSame(one, journey) ? likeIn(one, hop) : undefined;
    // Later by one clock: that of who sent both.
    return (
      like && isSendersTime(like) && isSendersTime(hop) && like.timeNs > hop.timeNs && isThrough(like, hop)
    );
  });
  if (again === undefined) return false;
  const answer = journeys.find(
    ({ direction, first }) =>
      direction !== journey.direction &&
      first.facts.kind === 'tcp' &&
      reaches(first.facts.acknowledgement, end),
  );
  return answer !== undefined && answer.first.timeNs > again.first.timeNs;
}

/** Its sender recorded it, and so it has that one's time. */
function isSendersTime({ received, secondFrame }: HopRecord): boolean {
  return !received || secondFrame !== 0;
}

function sendsTheSame({ direction, first: { facts } }: JourneyRecord, other: JourneyRecord): boolean {
  const { facts: before } = other.first;
  return (
    direction === other.direction &&
    facts.kind === 'tcp' &&
    facts.sequence === before.sequence &&
    (facts.flags & (SYN | FIN)) === (before.flags & (SYN | FIN)) &&
    facts.sentLength >= before.sentLength
  );
}

/** Where the packet of `journey` was on the same link. */
function likeIn({ hops }: JourneyRecord, { from, to, segment }: HopRecord): HopRecord | undefined {
  return hops.find((one) => one.from === from && one.segment === segment && (one.to === to || one.to === ''));
}

/** Whether it got further than `hop` did. */
function isThrough(one: HopRecord, hop: HopRecord): boolean {
  return one.followers > 0 || (one.received && !hop.received);
}

/** The sequence number after the segment. */
function endOf({ sequence, sentLength, flags }: FrameFacts): number {
  return (sequence + sentLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) >>> 0;
}

/** Sequence numbers wrap. */
function reaches(acknowledgement: number, end: number): boolean {
  return ((acknowledgement - end) | 0) >= 0;
}
