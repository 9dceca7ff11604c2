import { FIN, SYN } from '../../packet/tcp.ts';
import type { Completeness } from '../records/completeness.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { sendingsOf } from '../records/sendings.ts';
import { acknowledgementBefore, acknowledgementOf } from './delivered.ts';

/** So many of one flow, sent one after the other, of which none came through: all their records cannot well be missing. */
const SILENT = 4;
/** Of questions about an address: arp(7) has a host ask three times, and each time only because nobody answered. */
const SILENT_QUESTIONS = 3;
/** How much of a flow is looked at for that. */
const LOOKED_AT = 100;

/**
 * Whether it is proven, in a capture, that a packet did not come further than `hop` shows, to or through the node `hop.to`:
 * that no record shows it is not enough, for a record may be missing. Proof is one of three: the recorder counted what it
 * missed; nothing of the flow came through; or the sender sent it again, that came through, and only then was it answered.
 * What the connection proves overrules them: its bytes were acknowledged before any other copy of them came through.
 */
export function isAbsenceProven(hop: HopRecord, flow: FlowRecord, completeness: Completeness): boolean {
  const { to, segment, received } = hop;
  const node = hop.stage.network.node(to);
  if (node === undefined) return false;
  const answer = acknowledgementOf(hop.journey!, flow);
  const came = answer && otherThat(hop, flow, (other) => other.first.timeNs < answer.first.timeNs);
  if (answer && !came) return false;
  const where = received ? node.interfaces.map((port) => port.segment) : [segment];
  if (where.every((one) => completeness.isWhole(hop, one))) return true;
  // Who sends to whom it asked for had an answer, one time or another.
  if (hop.facts.kind === 'arp' && completeness.hasSpoken(to, hop.from)) return false;
  if (isSilent(hop, flow, where, completeness)) return true;
  return came !== undefined && completeness.isUnbroken(hop, where) && isSentAgain(hop, flow, completeness);
}

/**
 * Whether of the flow's packets that were seen as far as this none was seen any further, and there are several that would have
 * been, had they come. Of connections on the same ports, what one sent may be among what another received.
 */
function isSilent(
  hop: HopRecord,
  flow: FlowRecord,
  where: readonly string[],
  completeness: Completeness,
): boolean {
  const { journeys, isReused } = flow;
  if (isReused || isLossy(hop) || !completeness.isAwake(hop, where)) return false;
  let count = 0;
  for (let i = 0; i < journeys.length && i < LOOKED_AT; i++) {
    const journey = journeys[i]!;
    if (journey.direction !== hop.journey!.direction) continue;
    // Whatever goes on from there, though it was not joined.
    if (journey.hops.some(({ from }) => from === hop.to)) return false;
    const like = likeIn(journey, hop);
    if (like === undefined) continue;
    if (isThrough(like, hop)) return false;
    // It came, by what it was answered with, and its record is missing: so may the others be.
    if (acknowledgementOf(journey, flow)) return false;
    if (like.to === hop.to && like.received === hop.received && completeness.isAwake(like, where)) count++;
  }
  return count >= (hop.facts.kind === 'arp' ? SILENT_QUESTIONS : SILENT);
}

/** Whether the first that came through of the same segment, sent later, was sent before anybody acknowledged it. */
function isSentAgain(hop: HopRecord, flow: FlowRecord, completeness: Completeness): boolean {
  const journey = hop.journey!;
  // Later by one clock: that of who sent both.
  const again = otherThat(
    hop,
    flow,
    ({ order }, like) =>
      order > journey.order && isSendersTime(like) && isSendersTime(hop) && like.timeNs > hop.timeNs,
  );
  const answer = acknowledgementOf(journey, flow);
  if (again === undefined || answer === undefined || answer.first.timeNs <= again.first.timeNs) return false;
  if (!isNext(journey, flow, again.first.timeNs)) return false;
  return !hop.received || isSeenNext(again, hop, completeness);
}

/** Where frames are lost by chance, some are lost and others not recorded, and which is which nobody knows. */
function isLossy({ from, to, segment, received, stage: { network } }: HopRecord): boolean {
  const own = network.station(from, segment)?.port;
  const ports = received ? network.node(to)!.interfaces : own ? [own] : [];
  return ports.some(({ loss }) => loss > 0 && loss < 1);
}

/** Whether, by then, what came before it had come, so that it would have been acknowledged. */
function isNext(journey: JourneyRecord, flow: FlowRecord, timeNs: number): boolean {
  if (journey.first.facts.flags & SYN) return true;
  const before = acknowledgementBefore(journey, flow);
  return before !== undefined && before.first.timeNs < timeNs;
}

/** Who received the other one next recorded that, and by the time of this one had begun to: two records would be missing. */
function isSeenNext(again: JourneyRecord, { to, timeNs }: HopRecord, completeness: Completeness): boolean {
  const next = again.hops.find(({ from, received, secondFrame }) => from === to && received && secondFrame);
  return next !== undefined && completeness.isUnbroken({ from: to, to: next.to, timeNs }, [next.segment]);
}

/** The first of the other packets with the same segment that came through, of which this holds; `like`: on the hop's link. */
function otherThat(
  hop: HopRecord,
  flow: FlowRecord,
  holds: (other: JourneyRecord, like: HopRecord) => boolean,
): JourneyRecord | undefined {
  const journey = hop.journey!;
  return sendingsOf(journey, flow).find((one) => {
    if (one === journey || !sendsTheSame(one, journey)) return false;
    const like = likeIn(one, hop);
    return like !== undefined && isThrough(like, hop) && holds(one, like);
  });
}

/** Its sender recorded it, and so it has that one's time. */
function isSendersTime({ received, secondFrame }: HopRecord): boolean {
  return !received || secondFrame !== 0;
}

function sendsTheSame(
  { first: { facts } }: JourneyRecord,
  { first: { facts: before } }: JourneyRecord,
): boolean {
  const isAlike = (facts.flags & (SYN | FIN)) === (before.flags & (SYN | FIN));
  return isAlike && facts.sentLength >= before.sentLength;
}

/** Where the packet of `journey` was on the same link. */
function likeIn({ hops }: JourneyRecord, { from, to, segment }: HopRecord): HopRecord | undefined {
  return hops.find((one) => one.from === from && one.segment === segment && (one.to === to || one.to === ''));
}

/** Whether it got further than `hop` did. */
function isThrough(one: HopRecord, hop: HopRecord): boolean {
  return one.followers > 0 || (one.received && !hop.received);
}
