import type { DecisionEvent } from '../../lab/events.ts';
import type { PlannedNode } from '../../lab/topology/plan.ts';
import { tunnelBy } from '../../models/models.ts';
import { NO_MAC, type Ipv4 } from '../../packet/address.ts';
import type { Completeness } from '../records/completeness.ts';
import {
  DESTINATION_UNREACHABLE,
  ECHO_REQUEST,
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
} from '../../packet/icmp.ts';
import {
  checksumOf,
  destinationOf,
  dontFragmentOf,
  headerChecksumOk,
  sourceOf,
  totalLengthOf,
  ttlOf,
} from '../../packet/ipv4.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { Station } from '../records/plan-index.ts';
import type { Reason } from '../records/reasons.ts';
import type { Arrival } from '../report.ts';
import { isAbsenceProven } from './absence.ts';

/** What else is known when arrivals are judged. */
export interface Surroundings {
  /** Whether the node was running then, as far as the engine said. */
  isUp(node: string, timeNs: number): boolean;
  /** Of a capture. */
  readonly completeness: Completeness;
}

const forwarded: Arrival = { fate: 'forwarded', reason: '' };
const accepted: Arrival = { fate: 'accepted', reason: '' };
const ignored: Arrival = { fate: 'ignored', reason: '' };
const answered: Arrival = { fate: 'answered', reason: '' };
const unwrapped: Arrival = { fate: 'unwrapped', reason: '' };
const held: Arrival = { fate: 'held', reason: '' };
const unseen: Arrival = { fate: 'unseen', reason: 'not-captured' };
const unrecorded: Arrival = { fate: 'unseen', reason: 'not-recorded' };

/** What the receiving node did with a frame: as its forwarder decided, otherwise as its planned settings make it. */
export function judgeArrival(hop: HopRecord, flow: FlowRecord, around: Surroundings): void {
  const { takenBy } = hop;
  const isDecided =
    hop.received &&
    takenBy !== undefined &&
    hop.links?.host?.reason !== 'filtered' &&
    !isKernels(hop, takenBy);
  hop.judge(
    isDecided ? fromDecision(takenBy, hop.facts.quoted !== undefined) : arrivalOf(hop, flow, around),
    isDecided,
  );
}

function arrivalOf(hop: HopRecord, flow: FlowRecord, around: Surroundings): Arrival {
  const told = hop.links?.host?.reason;
  if (hop.followers > 0 && hop.stage.isCapture) return forwarded;
  if (!hop.received) {
    if (told) return lost(told);
    if (hop.to === '' && hop.facts.etherDestination === NO_MAC) return unseen;
    const isSeen = hop.to === '' || hop.stage.points.has(hop.to, hop.segment);
    return isSeen ? notReceived(hop, flow, around) : unseen;
  }
  if (told === 'filtered') return dropped(told);
  if (hop.followers > 0) return forwarded;
  const station = hop.stage.network.station(hop.to, hop.segment);
  if (!station) return accepted;
  if (told) return dropped(told === 'not-local' ? notLocalReason(hop) : told);
  const end = inferred(hop, flow, station);
  if (!isByAbsence(end.reason)) return end;
  if (!isExitSeen(hop, station.node)) return unseen;
  return isProven(hop, flow, around) ? end : unrecorded;
}

/** It was not seen where it should have come. */
function notReceived(hop: HopRecord, flow: FlowRecord, around: Surroundings): Arrival {
  const reason = lossReason(hop, around);
  // What the plan tells needs no other proof.
  const isPlanned = reason === 'interface-down' || reason === 'over-mtu';
  return isPlanned || isProven(hop, flow, around) ? lost(reason) : unrecorded;
}

/** Nothing else says so than that no frame shows it going on. */
export function isByAbsence(reason: Arrival['reason']): boolean {
  return reason === 'not-forwarded' || reason === 'link-loss';
}

function isProven(hop: HopRecord, flow: FlowRecord, { completeness }: Surroundings): boolean {
  return !hop.stage.isCapture || isAbsenceProven(hop, flow, completeness);
}

/** Whether what the node sends on would have been captured as it left. */
function isExitSeen(hop: HopRecord, node: PlannedNode): boolean {
  // A forwarder sends where it decides to; a kernel, where its routes lead.
  const { network, points } = hop.stage;
  const way = node.forwarder ? undefined : network.route(node, destinationAt(hop));
  return way ? points.has(node.name, way.port.segment) : points.hasAll(node);
}

/** What is not for the forwarder may be for its node's kernel: ARP and ping for the node's own addresses. */
function isKernels(hop: HopRecord, decision: DecisionEvent): boolean {
  if (decision.relation !== 'dropped' || decision.reason !== 'not-ours') return false;
  const { stage, facts, to } = hop;
  const node = stage.network.node(to);
  return node !== undefined && (facts.kind === 'arp' || stage.network.isLocal(node, destinationAt(hop)));
}

/** Without the decision itself, which the hop has. */
function fromDecision({ rule, relation, reason }: DecisionEvent, isError: boolean): Arrival {
  switch (relation) {
    case 'forwarded':
      return forwarded;
    case 'held':
      return held;
    case 'consumed':
    case 'originated':
      return accepted;
    case 'answered':
      return rule === 'no-service' || rule === 'no-entry' ? arrival('answered', rule) : answered;
    case 'caused-error':
      // No error causes another: it was about the tunnel, and its news was passed on.
      return isError ? accepted : dropped(reason ?? errorReason(rule));
    case 'dropped':
      return dropped(reason ?? 'not-ours');
  }
}

function errorReason(rule: DecisionEvent['rule']): Reason {
  if (rule === 'ttl') return 'ttl-expired';
  if (rule === 'mtu') return 'too-big';
  if (rule === 'schedule') return 'no-server';
  if (rule === 'neighbour') return 'neighbour-unreachable';
  return rule === 'no-service' || rule === 'no-entry' ? rule : 'icmp-error';
}

function inferred(hop: HopRecord, flow: FlowRecord, { node, port }: Station): Arrival {
  const { facts } = hop;
  if (facts.kind === 'arp') return inferredArp(hop);
  if (facts.malformed) return hop.cut && hop.stage.isCapture ? unrecorded : dropped('malformed');
  if (facts.ipAt === 0) return ignored;
  if (isFiltered(hop, port.drop)) return dropped('filtered');
  if (facts.kind === 'vrrp') return node.forwarder?.redundancy ? accepted : ignored;
  if (!headerChecksumOk(facts.bytes, facts.routedAt) && !isUnfilled(hop)) return dropped('bad-ip-checksum');
  const { network } = hop.stage;
  if (!network.isLocal(node, destinationAt(hop)) || isOnItsWay(hop, flow, node)) {
    // The forwarder's word is missing, in a foreign capture for one; its kernel has no part in this.
    const said = hop.stage.isCapture ? ownErrorAbout(hop) : undefined;
    if (said) return dropped(unreachableReason(said.icmpType, said.icmpCode));
    if (isPingOfVip(hop, node)) return delivered(hop);
    if (node.forwarder) return dropped('not-forwarded');
    if (node.sysctls.ip_forward === 1) return dropped(routerReason(hop, node));
    return dropped(notLocalReason(hop));
  }
  if (facts.outerAt !== 0) return inferredTunnel(hop, flow, node);
  const source = sourceOf(facts.bytes, facts.routedAt);
  if (node.sysctls.rp_filter === 1 && !flow.replied.includes(node.name)) {
    if (network.route(node, source)?.port.segment !== hop.segment) return dropped('reverse-path-filter');
  }
  return delivered(hop);
}

/** A reply to an address that a forwarder lends to its clients is not for itself: in a capture no decision says so. */
function isOnItsWay({ stage, journey, facts }: HopRecord, flow: FlowRecord, node: PlannedNode): boolean {
  if (!stage.isCapture || node.forwarder === undefined || (facts.kind !== 'tcp' && facts.kind !== 'udp'))
    return false;
  // Where the asking side was not recorded, the node seems to be the client.
  return journey!.direction === 'reply' && (flow.client.node !== node.name || stage.network.lends(node));
}

/** A director answers a ping of its VIP itself, and in a capture no decision says so. */
function isPingOfVip({ stage, facts }: HopRecord, { name }: PlannedNode): boolean {
  const isPing = facts.icmpType === ECHO_REQUEST && facts.outerAt === 0;
  return stage.isCapture && isPing && stage.network.directorsOf(facts.destination).includes(name);
}

/** A network card fills in the checksums of what its host sends, after the host's own capture. */
function isUnfilled({ stage, isSeenSent, facts: { bytes, routedAt } }: HopRecord): boolean {
  return stage.isCapture && isSeenSent && checksumOf(bytes, routedAt) === 0;
}

/** The inner packet comes in by the tunnel's own interface, by which no route leads back: a strict filter drops it. */
function inferredTunnel(hop: HopRecord, flow: FlowRecord, node: PlannedNode): Arrival {
  if (!node.decapsulate) return dropped('no-decapsulator');
  const { network } = hop.stage;
  const { destination } = hop.facts;
  if (!network.isLocal(node, destination)) {
    return dropped(network.isVip(destination) ? 'vip-not-local' : 'not-local');
  }
  if (node.sysctls.rp_filter === 1 && !flow.replied.includes(node.name))
    return dropped('reverse-path-filter');
  const end = delivered(hop);
  return end === accepted ? unwrapped : end;
}

/** A packet that reached its address: taken, or turned away by what the node sent back. */
function delivered({ facts, provoked }: HopRecord): Arrival {
  if (provoked === undefined) return accepted;
  const { kind, icmpType, icmpCode } = provoked.facts;
  if (kind === 'tcp') {
    // A reset of a SYN refuses the connection; of anything else, it says that there is none.
    return arrival('answered', facts.flags === 2 ? 'connection-refused' : 'no-such-connection');
  }
  if (provoked.facts.quoted) return dropped(unreachableReason(icmpType, icmpCode));
  return answered;
}

export function unreachableReason(type: number, code: number): Reason {
  if (type === 11) return 'ttl-expired';
  if (type !== 3) return 'icmp-error';
  return unreachable[code] ?? 'prohibited';
}

/** By the code of an ICMP destination unreachable. */
const unreachable: readonly Reason[] = [
  'network-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'too-big',
];

function inferredArp({ facts, provoked, stage, to }: HopRecord): Arrival {
  if (provoked) return answered;
  if (facts.arpOperation === 2) return accepted;
  const node = stage.network.node(to);
  const asked = node && stage.network.isLocal(node, facts.destination);
  return asked && !node.loopback.includes(facts.destination) ? arrival('ignored', 'no-arp-reply') : ignored;
}

/**
 * What the node said about a packet that was not for itself. That a protocol or a port is not served says only the host
 * that it was for (RFC 1122, 3.2.2.1): where that one was not recorded, its error seems to come from here.
 */
function ownErrorAbout({ provoked }: HopRecord): FrameFacts | undefined {
  const said = provoked?.facts.quoted ? provoked.facts : undefined;
  const isHosts =
    said?.icmpType === DESTINATION_UNREACHABLE &&
    (said.icmpCode === PROTOCOL_UNREACHABLE || said.icmpCode === PORT_UNREACHABLE);
  return isHosts ? undefined : said;
}

/** Why a router kept a packet, in the order in which the kernel asks. */
function routerReason(hop: HopRecord, node: PlannedNode): Reason {
  const { facts, stage } = hop;
  const { network } = stage;
  const { bytes, routedAt } = facts;
  const said = ownErrorAbout(hop);
  if (said) return unreachableReason(said.icmpType, said.icmpCode);
  if (node.sysctls.rp_filter === 1) {
    const back = network.route(node, sourceOf(bytes, routedAt));
    if (back?.port.segment !== hop.segment) return 'reverse-path-filter';
  }
  if (ttlOf(bytes, routedAt) <= 1) return 'ttl-expired';
  const way = network.route(node, destinationAt(hop));
  if (way === undefined) return 'no-route';
  if (totalLengthOf(bytes, routedAt) > way.port.mtu && dontFragmentOf(bytes, routedAt)) return 'too-big';
  if (way.port.loss > 0) return 'link-loss';
  return 'not-forwarded';
}

function notLocalReason(hop: HopRecord): 'vip-not-local' | 'not-local' {
  // Of what was unwrapped, its kernel tells where that was to go.
  const destination = hop.links?.host?.packet?.destination ?? destinationAt(hop);
  return hop.stage.network.isVip(destination) ? 'vip-not-local' : 'not-local';
}

function isFiltered({ facts }: HopRecord, drop: Station['port']['drop']): boolean {
  if (drop.length === 0) return false;
  const tunnel = tunnelBy(facts.outerProtocol);
  if (tunnel) return drop.includes(tunnel.filteredAs);
  const { kind } = facts;
  return drop.some((name) => name === kind);
}

function lossReason(hop: HopRecord, around: Surroundings): Reason {
  const { network } = hop.stage;
  const target = network.station(hop.to, hop.segment);
  const sender = network.station(hop.from, hop.segment);
  if (sender?.port.down || target?.port.down) return 'interface-down';
  if (hop.to !== '' && !around.isUp(hop.to, hop.timeNs)) return 'node-down';
  const { ipAt, kind, bytes, routedAt } = hop.facts;
  // An ARP packet has no such length, and fits everywhere.
  const isPacket = ipAt !== 0 && kind !== 'arp';
  if (target && isPacket && totalLengthOf(bytes, routedAt) > target.port.mtu) return 'over-mtu';
  if (sender && sender.port.loss > 0) return 'link-loss';
  return hop.to === '' ? 'no-receiver' : 'not-received';
}

/** Where the outermost header sends it. */
function destinationAt({ facts }: HopRecord): Ipv4 {
  return destinationOf(facts.bytes, facts.routedAt);
}

function dropped(reason: Reason): Arrival {
  return arrival('dropped', reason);
}

function lost(reason: Reason): Arrival {
  return arrival('lost', reason);
}

/** There are few: each is made once. */
const arrivals = new Map<Arrival['fate'], Map<Reason, Arrival>>();

function arrival(fate: Arrival['fate'], reason: Reason): Arrival {
  let ofFate = arrivals.get(fate);
  if (ofFate === undefined) arrivals.set(fate, (ofFate = new Map<Reason, Arrival>()));
  let known = ofFate.get(reason);
  if (known === undefined) ofFate.set(reason, (known = { fate, reason }));
  return known;
}
