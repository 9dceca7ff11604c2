import { clamped } from '../joins/clamped-mss.ts';
import { dipTowards, isRequest, isServersReply, isWholeWaySeen, type Served } from '../records/evidence.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { sameRange, sameTcpOptions } from '../joins/match-keys.ts';
import { requestTupleAt } from '../predictions/request-tuple.ts';
import { isPieceOfWrapped } from './wrapped-pieces.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** VIP to RIP on the way in, RIP to VIP on the way back; with `snat` also client to director and back. */
export const rewritten: PromiseCheck = (evidence) => {
  const inward = new Tally();
  const back = new Tally();
  for (const one of ofModel(evidence.served)) {
    const { sentOn: hop, flow, service, journey } = one;
    // Whom the director takes for the client: a NAT router, where one stands before it.
    const asked = hop && requestTupleAt(flow, hop, service.director);
    if (journey.direction === 'request') {
      if (hop && asked) inward.note(hop, isRewrittenInward(one, hop, asked.source));
      continue;
    }
    if (hop && asked) back.note(hop, isRewrittenBack(one, hop, asked.source, asked.sourcePort));
    for (const end of journey.hops) {
      if (!end.received || end.to !== flow.client.node) continue;
      if (!isRewrittenBack(one, end, flow.clientAddress, flow.client.port)) back.note(end, false);
    }
  }
  return inward.onlyWith(back);
};

function isRewrittenInward(
  { service }: Served,
  { facts, stage }: HopRecord,
  client: number | undefined,
): boolean {
  const server = service.servers.find(
    ({ address, port }) =>
      address === facts.destination && (!hasPorts(facts) || port === facts.destinationPort),
  );
  if (server === undefined) return false;
  return facts.source === (service.snat ? dipTowards(service, server.address, stage) : client);
}

function isRewrittenBack(
  { service }: Served,
  { facts }: HopRecord,
  client: number | undefined,
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

export const serverSeesDip: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const one of ofModel(evidence.served)) {
    if (!one.service.snat || !isRequest(one)) continue;
    for (const hop of one.intoServer) {
      // A later fragment of a wrapped packet shows no header of the one inside.
      if (isTranslatedBehind(one, hop)) continue;
      const server = one.service.servers.find(({ name }) => name === hop.to)!;
      tally.note(hop, hop.facts.source === dipTowards(one.service, server.address, hop.stage));
    }
  }
  return tally;
};

/** dr, tun, and dnat without `snat`: what the director saw, which is a NAT router's address where one stands before it. */
export const serverSeesCip: PromiseCheck = ({ served }) => {
  const tally = new Tally();
  for (const one of served) {
    if ((one.service.model === 'dnat' && one.service.snat) || !isRequest(one)) continue;
    for (const hop of one.intoServer) {
      const { facts, stage } = hop;
      // A later fragment of a wrapped packet shows no header of the one inside.
      if (isTranslatedBehind(one, hop) || (facts.outerAt === 0 && isPieceOfWrapped(facts))) continue;
      const asked = requestTupleAt(one.flow, hop, one.service.director);
      const isSeen =
        facts.source === asked?.source && (!hasPorts(facts) || facts.sourcePort === asked.sourcePort);
      // Where a NAT router was not captured, nobody knows what it made of the address.
      if (isSeen || stage.network.nats.length === 0 || isWholeWaySeen(one.journey)) tally.note(hop, isSeen);
    }
  }
  return tally;
};

/** Another node, between the director and the server, changed it once more: what the server sees is not the director's. */
function isTranslatedBehind({ service }: Served, into: HopRecord): boolean {
  for (let hop = into; hop.from !== service.director && hop.previous; hop = hop.previous) {
    if (hop.stage.network.node(hop.from)?.forwarder?.nat) return true;
  }
  return false;
}

/** Requests to a server and replies to the client both cross the director. */
export const bothWays: PromiseCheck = (evidence) => {
  const inward = new Tally();
  const back = new Tally();
  for (const one of ofModel(evidence.served)) {
    const crossed = one.sentOn;
    if (!crossed && !isWholeWaySeen(one.journey)) continue;
    if (isRequest(one)) for (const hop of one.intoServer) inward.note(hop, crossed !== undefined);
    if (!isServersReply(one)) continue;
    for (const hop of one.journey.hops) {
      if (hop.received && hop.to === one.flow.client.node) back.note(hop, crossed !== undefined);
    }
  }
  return inward.onlyWith(back);
};

/** The handshake is between client and server; nothing of TCP but the ports, and a clamped segment size, changes on the way. */
export const endToEnd: PromiseCheck = (evidence) => {
  const passed = new Tally();
  const handshake = new Tally();
  for (const one of ofModel(evidence.served)) {
    const { journey, flow } = one;
    if (flow.kind !== 'tcp') continue;
    for (const hop of journey.hops) {
      if (!hop.previous) continue;
      const isSame = isUnchanged(clamped(hop.previous.facts, hop.previous.segment, hop), hop.facts);
      if (isSame || isWholeWaySeen(journey)) passed.note(hop, isSame);
    }
    if (journey.kind !== 'syn-ack') continue;
    const { first } = journey;
    const answers =
      flow.synSequence === undefined || first.facts.acknowledgement === (flow.synSequence + 1) >>> 0;
    if (isServersReply(one)) handshake.note(first, answers);
    // Its own, unless what it was made from was not captured.
    else if (first.from === one.service.director && isWholeWaySeen(journey)) handshake.note(first, false);
  }
  return passed.onlyWith(handshake);
};

function isUnchanged(before: FrameFacts, after: FrameFacts): boolean {
  return (
    before.sequence === after.sequence &&
    before.acknowledgement === after.acknowledgement &&
    before.flags === after.flags &&
    before.payloadLength === after.payloadLength &&
    sameTcpOptions(before, after) &&
    sameRange(before.bytes, before.payloadAt, after.bytes, after.payloadAt, before.payloadLength)
  );
}

function ofModel(served: readonly Served[]): Served[] {
  return served.filter(({ service }) => service.model === 'dnat');
}
