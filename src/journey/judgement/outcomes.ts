import { acknowledgementOf } from './delivered.ts';
import { judgeArrival, unreachableReason, type Surroundings } from './arrivals.ts';
import { formatIpv4 } from '../../packet/address.ts';
import { idOf } from '../../packet/ipv4.ts';
import { isSenders } from '../records/evidence.ts';
import { deadEndOf } from '../records/dead-end.ts';
import { relayedBy, type FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { unsentOf, type HostLog } from '../records/host-log.ts';
import { journeyConfidence, type JourneyRecord } from '../records/journey-record.ts';
import { brokenAnswer } from '../ledger/answer-bytes.ts';
import { askedOutcome, placeOf as causeOf } from '../ledger/asked-outcome.ts';
import type { Reason } from '../records/reasons.ts';
import type { Endpoint, FlowOutcome } from '../report.ts';

/** A frame sent this shortly before the recording ended may still be under way; planned delays come on top. */
const UNDER_WAY_NS = 5e6;
/** How often Linux asks before it gives up (`mcast_solicit`, `ucast_solicit`). */
const ASKED_IN_VAIN = 3;

/**
 * How a packet ended. It is judged by its own captures and by what `FlowRecord.basis` holds of its flow; by nothing
 * else, so that only what is touched by something new needs to be judged again.
 * @param endNs The time of the last event.
 */
export function judgeJourney(journey: JourneyRecord, around: Surroundings, endNs: number): void {
  const { hops, first, flow } = journey;
  let arrived = false;
  let dropped = false;
  let ignored = true;
  let unseen = false;
  let contested = journey.unsure || first.join === 'ambiguous';
  /** A router has it, for no reason of its own to keep it: it may be about to send it. */
  let waiting = false;
  for (const hop of hops) {
    judgeArrival(hop, flow!, around);
    const { fate, reason } = hop.fate!;
    if (hop.followers > 0) continue;
    arrived ||= fate === 'accepted' || fate === 'answered' || fate === 'unwrapped';
    // It is for whoever listens to the group: that one of them drops it takes it from nobody else.
    arrived ||= fate === 'ignored' && journey.kind === 'vrrp-advertisement';
    dropped ||= fate === 'dropped';
    ignored &&= fate === 'ignored';
    unseen ||= fate === 'unseen';
    contested ||= hop.contested;
    waiting ||= reason === 'not-forwarded';
  }
  journey.confidence = journeyConfidence(journey);
  journey.pending = false;
  if (contested) {
    journey.outcome = 'ambiguous';
    return;
  }
  journey.outcome =
    arrived || ignored ? 'arrived' : unseen ? 'unseen' : dropped && !waiting ? 'dropped' : 'lost';
  journey.pending = journey.outcome === 'lost' && mayBeUnderWay(journey, endNs);
}

/** @param endNs The time of the last event. */
export function mayBeUnderWay({ last }: JourneyRecord, endNs: number): boolean {
  const delay = last.stage.network.station(last.from, last.segment)?.port.delayNs ?? 0;
  const lastNs = last.received ? last.arrivalNs : last.timeNs;
  return endNs - lastNs <= UNDER_WAY_NS + 2 * delay;
}

/**
 * How a flow did, once its packets are judged.
 * @param isCapture Nobody tells what was asked: the answer's own head says how long it is.
 */
export function judgeFlow(flow: FlowRecord, hosts: HostLog, isCapture: boolean): void {
  if (flow.kind !== 'arp') {
    for (const journey of flow.journeys) if ((flow.server = serverBy(flow, journey))) break;
  }
  const seen: FlowOutcome = flow.partial
    ? { kind: flow.answered ? 'answered' : 'open' }
    : ((isCapture ? brokenOff(flow, hosts) : undefined) ?? outcomeOf(flow, hosts));
  const isAsked = flow.requests.length > 0 && flow.partial !== 'load';
  flow.outcome = isAsked ? askedOutcome(flow.requests, flow, seen, () => shortfallOf(flow, hosts)) : seen;
}

/** A server that answers has served; so has one that took a request and has not answered yet. */
function serverBy(flow: FlowRecord, { direction, last, first, kind }: JourneyRecord): Endpoint | undefined {
  const took = direction === 'request' && (last.fate?.fate === 'accepted' || last.fate?.fate === 'unwrapped');
  const gave = direction === 'reply' && kind !== 'icmp-error' && isSenders(first);
  if (!took && !gave) return undefined;
  const { stage, segment, to, from, facts } = took ? last : first;
  const [name, port] = took ? [to, facts.destinationPort] : [from, facts.sourcePort];
  const station = stage.network.station(name, segment);
  if (station === undefined || (stage.network.isDirector(name) && kind !== 'echo-reply')) return undefined;
  const address = formatIpv4(station.port.address);
  return flow.service.port === undefined ? { node: name, address } : { node: name, address, port };
}

function outcomeOf(flow: FlowRecord, hosts: HostLog): FlowOutcome {
  const late = turnedAwayBy(flow);
  if (late) return { kind: 'lost', at: flow.client.node, reason: 'client-gave-up', frames: late.last.frames };
  if (flow.answered && !isBrokenOff(flow) && !isForSomebodyElse(flow)) return { kind: 'answered' };
  const refusal = refusalOf(flow);
  if (refusal) return refusal;
  const ported = flow.journeys.find((journey) => journey.last.fate?.reason === 'ambiguous-port');
  if (ported || flow.candidates > 1) return { kind: 'ambiguous', candidates: Math.max(2, flow.candidates) };
  const doubtful = flow.journeys.find(({ outcome }) => outcome === 'ambiguous');
  if (doubtful) return { kind: 'ambiguous', candidates: 2 };
  if (flow.kind === 'arp') return unansweredArp(flow);
  // Nobody answers, and who is not there to hear it misses nothing.
  if (flow.kind === 'vrrp') return { kind: 'open' };
  const isUnseen = flow.journeys.some(({ outcome }) => outcome === 'unseen');
  // In a capture, what was lost was sent again, and that may have come: which is what nobody recorded.
  const loss = isUnseen && flow.stage.isCapture ? undefined : lossOf(flow, hosts);
  if (loss) return loss;
  return isUnseen ? { kind: 'open', reason: 'not-captured' } : { kind: 'open' };
}

/** An answer of which the captured frames show that it is not whole, and where it ends. */
function brokenOff(flow: FlowRecord, hosts: HostLog): FlowOutcome | undefined {
  // Without who asked, these may be some of an answer whose rest was joined to the client's own packets.
  if (flow.kind !== 'tcp' || flow.candidates > 1 || isAskedByAnother(flow)) return undefined;
  const sent = flow.journeys.filter(({ kind, last }) => kind !== 'icmp-error' && last.facts.kind === 'tcp');
  const came = sent.filter(
    ({ direction, outcome, last }) =>
      // What a client resets that has no such connection any more, its program never reads.
      direction === 'reply' && CAME.has(outcome) && last.fate?.reason !== 'no-such-connection',
  );
  const asked = sent.filter(({ direction }) => direction === 'request');
  // What may have come, though no record shows it, may be the rest.
  if (came.some(({ last }) => last.fate?.reason === 'not-recorded' && last.facts.sentLength > 0))
    return undefined;
  if (!isKnownToHaveBegun(came, flow)) return undefined;
  const facts = ({ last }: JourneyRecord) => last.facts;
  const part = brokenAnswer(came.map(facts), asked.map(facts));
  if (!part) return undefined;
  const refusal = refusalOf(flow);
  return { kind: 'partial', ...part, ...causeOf(refusal ?? lossOf(flow, hosts)) };
}

/** The client had the answer's first bytes, without which its program has none: its own capture shows them, or it said so. */
function isKnownToHaveBegun(came: readonly JourneyRecord[], flow: FlowRecord): boolean {
  const data = came.filter(({ last }) => last.facts.sentLength > 0);
  const start = data.reduce(
    (one, { last: { facts } }) => (isBefore(facts.sequence, one) ? facts.sequence : one),
    data[0]?.last.facts.sequence ?? 0,
  );
  const begins = data.filter(({ last }) => last.facts.sequence === start);
  return begins.some((one) => one.outcome === 'arrived' || acknowledgementOf(one, flow) !== undefined);
}

/** Sequence numbers go round (RFC 9293, section 3.4). */
function isBefore(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}

/** Nothing is known to have kept these from the client. */
const CAME: ReadonlySet<string> = new Set(['arrived', 'unseen']);

/** Why a client did not get all that it asked for, though something came back: a loss, or somebody else's refusal. */
function shortfallOf(flow: FlowRecord, hosts: HostLog): FlowOutcome | undefined {
  const loss = lossOf(flow, hosts);
  if (loss) return loss;
  const refusal = refusalOf(flow);
  return refusal?.kind === 'refused' && refusal.by !== flow.client.node ? refusal : undefined;
}

/** The last packet that did not arrive. */
function lossOf(flow: FlowRecord, hosts: HostLog): FlowOutcome | undefined {
  const failures = flow.journeys.filter(
    ({ outcome, pending }) => !pending && (outcome === 'lost' || outcome === 'dropped'),
  );
  // That an error about a packet was lost too is not why the packet was.
  const failed = failures.findLast(({ kind }) => kind !== 'icmp-error') ?? failures.at(-1);
  if (failed === undefined) {
    const unsent = unsentOf(flow, hosts).at(-1)?.event;
    if (unsent === undefined) {
      const end = deadEndOf(flow);
      return end && { kind: 'lost', at: end.to, reason: 'no-route', frames: end.frames };
    }
    const { frames } = flow.journeys.at(-1)!.last;
    return { kind: 'lost', at: unsent.node, reason: unsent.reason, frames };
  }
  const end = failed.hops.findLast(({ followers }) => followers === 0) ?? failed.last;
  const reason = end.fate!.reason || 'not-forwarded';
  return { kind: 'lost', at: placeOf(end, reason), reason, frames: end.frames };
}

/** The node that failed, when one did; else the last that had it. */
function placeOf({ received, from, to, segment, stage }: HopRecord, reason: string): string {
  if (received || reason === 'node-down') return to;
  return reason === 'interface-down' && stage.network.station(to, segment)?.port.down ? to : from;
}

/** The last datagram that came back, where the client's kernel turned all of them away: nobody listened for them any more. */
function turnedAwayBy({ kind, answered, journeys, client }: FlowRecord): JourneyRecord | undefined {
  if (kind !== 'udp' || !answered) return undefined;
  const isAnswer = (one: JourneyRecord) =>
    one.kind === 'udp' && one.direction === 'reply' && one.last.received && one.last.to === client.node;
  const isRefused = ({ last }: JourneyRecord) => last.fate?.reason === 'port-unreachable';
  // Of a datagram in fragments, one of them stands for all.
  const refused = new Set(
    journeys.filter((one) => isRefused(one) && one.last.facts.fragment).map(datagramOf),
  );
  const isTaken = (one: JourneyRecord) =>
    !isRefused(one) && !(one.last.facts.fragment && refused.has(datagramOf(one)));
  return journeys.some((one) => isAnswer(one) && isTaken(one)) ? undefined : journeys.findLast(isAnswer);
}

/** By which its fragments are put together, of those that one host sends to another (RFC 791). */
function datagramOf({ last: { facts } }: JourneyRecord): number {
  return idOf(facts.bytes, facts.routedAt);
}

/** In a capture: what asked is an address that a forwarder lends, so that whoever really asked was not recorded. */
function isAskedByAnother({ kind, client, stage: { isCapture, network } }: FlowRecord): boolean {
  const node = isCapture && kind !== 'arp' && kind !== 'icmp' ? network.node(client.node) : undefined;
  return node !== undefined && network.lends(node);
}

/** Nothing shows that the answer went on to whoever that was. */
function isForSomebodyElse(flow: FlowRecord): boolean {
  if (!isAskedByAnother(flow)) return false;
  return !flow.journeys.some(({ direction, outcome }) => direction === 'reply' && outcome === 'arrived');
}

/** A TCP response that began and did not end: reset, or cut off without either side's FIN. */
function isBrokenOff(flow: FlowRecord): boolean {
  if ((flow.kind !== 'tcp' && flow.probe !== 'http') || flow.requestFin || flow.replyFin) return false;
  if (flow.reset) return true;
  const last = flow.journeys.at(-1)!;
  return (last.outcome === 'lost' || last.outcome === 'dropped') && !last.pending;
}

/** The first reset or unreachable that the client heard, or a reset of its own. */
function refusalOf(flow: FlowRecord): FlowOutcome | undefined {
  for (const { kind, first, hops } of flow.journeys) {
    const heard =
      first.from === flow.client.node || hops.some(({ received, to }) => received && to === flow.client.node);
    if (!heard) continue;
    const said = relayedBy(flow, first)?.first ?? first;
    const by = isSenders(said) || !said.stage.isCapture ? said.from : '';
    const { frames } = said;
    if (kind === 'rst') return { kind: 'refused', by, reason: resetReason(flow, first), frames };
    // A client that tells of what it waits for no longer refuses nothing that it asked for.
    if (kind !== 'icmp-error' || first.from === flow.client.node) continue;
    const { icmpType, icmpCode } = first.facts;
    const reason = unreachableReason(icmpType, icmpCode);
    // No way, no host, too big, too old: lost on the way, and said so. That is not the other end refusing.
    if (icmpType === 3 && (icmpCode === 2 || icmpCode === 3 || icmpCode > 8)) {
      return { kind: 'refused', by, reason, frames };
    }
  }
  return undefined;
}

function resetReason(flow: FlowRecord, reset: HopRecord): Reason {
  if (reset.journey?.direction === 'request') {
    // A client resets what it never asked for: a reply from an address it did not speak to.
    const isAsked = reset.facts.destination === flow.serviceAddress || isAskedByAnother(flow);
    return isAsked ? 'reset-by-client' : 'reply-from-stranger';
  }
  if (reset.stage.network.isDirector(reset.from)) {
    return reset.sentBy?.rule === 'no-service' ? 'no-service' : (reset.sentBy?.reason ?? 'reset-by-director');
  }
  return flow.answered || flow.journeys.some(({ kind }) => kind === 'syn-ack')
    ? 'reset-by-server'
    : 'connection-refused';
}

function unansweredArp(flow: FlowRecord): FlowOutcome {
  const { last, outcome } = flow.journeys.at(-1)!;
  if (flow.journeys.every(({ kind }) => kind === 'arp-reply')) return { kind: 'answered' };
  // Someone announcing an address asks for its own: nobody is meant to answer.
  if (flow.clientAddress === flow.serviceAddress) return { kind: 'open' };
  // A question goes to everybody, its answer to who asked.
  if (outcome === 'unseen' || !last.stage.points.has(last.from, last.segment))
    return { kind: 'open', reason: 'not-captured' };
  // An answer was sent, and its record at who asked may be missing.
  if (last.stage.isCapture && flow.journeys.some((one) => one.outcome === 'unseen'))
    return { kind: 'open', reason: 'not-captured' };
  // Who asked has no record of asking: then one of the answer may be missing, too.
  if (last.stage.isCapture && flow.journeys.every(({ first }) => first.received && first.secondFrame === 0))
    return { kind: 'open', reason: 'not-captured' };
  // Somebody who asked again and again had no answer; of one question, the answer may not have been recorded.
  if (last.stage.isCapture && flow.journeys.length < ASKED_IN_VAIN) return { kind: 'open' };
  return { kind: 'lost', at: flow.client.node || last.from, reason: 'no-arp-reply', frames: last.frames };
}
