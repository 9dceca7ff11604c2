import { hidesClient, models } from '../../models/models.ts';
import type { Ipv4 } from '../../packet/address.ts';
import { clamped } from '../joins/clamped-mss.ts';
import {
  dipTowards,
  isRequest,
  isServersReply,
  isWholeWaySeen,
  type Packet,
  type Served,
} from '../records/evidence.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { sameRange, sameTcpOptions } from '../joins/match-keys.ts';
import { requestTupleAt } from '../predictions/request-tuple.ts';
import { isPieceOfWrapped } from './wrapped-pieces.ts';
import type { Tally } from './tally.ts';

/** VIP to RIP on the way in, RIP to VIP on the way back; with `snat` also client to director and back. */
export function rewritten({ served }: Packet, tally: Tally): void {
  if (!served || !models[served.service.model].translates) return;
  const { sentOn: hop, flow, journey } = served;
  // Whom the director takes for the client: a NAT router, where one stands before it.
  const asked = hop && requestTupleAt(flow, hop, served.director);
  if (journey.direction === 'request') {
    if (hop && asked) tally.note(hop, isRewrittenInward(served, hop, asked.source));
    return;
  }
  if (hop && asked) tally.note(hop, isRewrittenBack(served, hop, asked.source, asked.sourcePort), 1);
  for (const end of journey.hops) {
    if (!end.received || end.to !== flow.client.node) continue;
    if (!isRewrittenBack(served, end, flow.clientAddress, flow.client.port)) tally.note(end, false, 1);
  }
}

function isRewrittenInward(
  { service, director }: Served,
  { facts, stage }: HopRecord,
  client: Ipv4 | undefined,
): boolean {
  const server = service.servers.find(
    ({ address, port }) =>
      address === facts.destination && (!hasPorts(facts) || port === facts.destinationPort),
  );
  if (server === undefined) return false;
  return facts.source === (service.snat ? dipTowards(director, server.address, stage) : client);
}

function isRewrittenBack(
  { service }: Served,
  { facts }: HopRecord,
  client: Ipv4 | undefined,
  clientPort: number | undefined,
): boolean {
  return (
    facts.source === service.vip &&
    facts.destination === client &&
    (!hasPorts(facts) || (facts.sourcePort === service.port && facts.destinationPort === clientPort))
  );
}

/** A later fragment has none. */
function hasPorts({ kind, fragment }: FrameFacts): boolean {
  return kind !== 'ip' || !fragment;
}

export function serverSeesDip({ served }: Packet, tally: Tally): void {
  if (!served || !hidesClient(served.service) || !isRequest(served)) return;
  for (const hop of served.intoServer) {
    // A later fragment of a wrapped packet shows no header of the one inside.
    if (isTranslatedBehind(served, hop)) continue;
    const server = served.service.servers.find(({ name }) => name === hop.to)!;
    tally.note(hop, hop.facts.source === dipTowards(served.director, server.address, hop.stage));
  }
}

/** dr, tun, and dnat without `snat`: what the director saw, which is a NAT router's address where one stands before it. */
export function serverSeesCip({ served, journey, flow }: Packet, tally: Tally): void {
  if (!served || hidesClient(served.service) || !isRequest(served)) return;
  for (const hop of served.intoServer) {
    const { facts, stage } = hop;
    // A later fragment of a wrapped packet shows no header of the one inside.
    if (isTranslatedBehind(served, hop) || (facts.outerAt === 0 && isPieceOfWrapped(facts, served.service)))
      continue;
    const asked = requestTupleAt(flow, hop, served.director);
    const isSeen =
      facts.source === asked?.source && (!hasPorts(facts) || facts.sourcePort === asked.sourcePort);
    // Where a NAT router was not captured, nobody knows what it made of the address.
    if (isSeen || stage.network.nats.length === 0 || isWholeWaySeen(journey)) tally.note(hop, isSeen);
  }
}

/** Another node, between the director and the server, changed it once more: what the server sees is not the director's. */
function isTranslatedBehind({ director }: Served, into: HopRecord): boolean {
  for (let hop = into; hop.from !== director && hop.previous; hop = hop.previous) {
    if (hop.stage.network.node(hop.from)?.forwarder?.nat) return true;
  }
  return false;
}

/** Requests to a server and replies to the client both cross the director. */
export function bothWays({ served, journey, flow }: Packet, tally: Tally): void {
  if (!served || !models[served.service.model].translates) return;
  const isCrossed = served.sentOn !== undefined;
  if (!isCrossed && !isWholeWaySeen(journey)) return;
  if (isRequest(served)) for (const hop of served.intoServer) tally.note(hop, isCrossed);
  if (!isServersReply(served)) return;
  for (const hop of journey.hops) {
    if (hop.received && hop.to === flow.client.node) tally.note(hop, isCrossed, 1);
  }
}

/** The handshake is between client and server; nothing of TCP but the ports, and a clamped segment size, changes on the way. */
export function endToEnd({ served, journey, flow }: Packet, tally: Tally): void {
  if (!served || !models[served.service.model].translates || flow.kind !== 'tcp') return;
  for (const hop of journey.hops) {
    if (!hop.previous) continue;
    const isSame = isUnchanged(clamped(hop.previous.facts, hop.previous.segment, hop), hop.facts);
    if (isSame || isWholeWaySeen(journey)) tally.note(hop, isSame);
  }
  if (journey.kind !== 'syn-ack') return;
  const { first } = journey;
  const answers =
    flow.synSequence === undefined || first.facts.acknowledgement === (flow.synSequence + 1) >>> 0;
  if (isServersReply(served)) tally.note(first, answers, 1);
  // Its own, unless what it was made from was not captured.
  else if (first.from === served.director && isWholeWaySeen(journey)) tally.note(first, false, 1);
}

function isUnchanged(before: FrameFacts, after: FrameFacts): boolean {
  // Of what a snap length cut, as much as both have.
  const length =
    before.isCut || after.isCut ? Math.min(before.payloadLength, after.payloadLength) : before.payloadLength;
  return (
    before.sequence === after.sequence &&
    before.acknowledgement === after.acknowledgement &&
    before.flags === after.flags &&
    before.sentLength === after.sentLength &&
    sameTcpOptions(before, after) &&
    sameRange(before.bytes, before.payloadAt, after.bytes, after.payloadAt, length)
  );
}
