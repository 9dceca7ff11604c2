import { clamped } from '../clamped-mss.ts';
import { dipTowards, isRequest, isServersReply, isWholeWaySeen, type Served } from '../evidence.ts';
import type { FrameFacts } from '../frame-facts.ts';
import type { HopRecord } from '../hop-record.ts';
import { sameRange, sameTcpOptions } from '../match-keys.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** VIP to RIP on the way in, RIP to VIP on the way back; with `snat` also client to director and back. */
export const rewritten: PromiseCheck = (evidence) => {
  const inward = new Tally();
  const back = new Tally();
  for (const one of ofModel(evidence.served)) {
    const hop = one.sentOn;
    if (one.journey.direction === 'request') {
      if (hop) inward.note(hop, isRewrittenInward(one, hop));
      continue;
    }
    if (hop) back.note(hop, isRewrittenBack(one, hop));
    for (const end of one.journey.hops) {
      if (end.received && end.to === one.flow.client.node && !isRewrittenBack(one, end))
        back.note(end, false);
    }
  }
  return inward.onlyWith(back);
};

function isRewrittenInward({ service, flow }: Served, { facts, stage }: HopRecord): boolean {
  const server = service.servers.find(
    ({ address, port }) =>
      address === facts.destination && (!hasPorts(facts) || port === facts.destinationPort),
  );
  if (server === undefined) return false;
  return facts.source === (service.snat ? dipTowards(service, server.address, stage) : flow.clientAddress);
}

function isRewrittenBack({ service, flow }: Served, { facts }: HopRecord): boolean {
  return (
    facts.source === service.vip &&
    facts.destination === flow.clientAddress &&
    (!hasPorts(facts) || (facts.sourcePort === service.port && facts.destinationPort === flow.client.port))
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
      const server = one.service.servers.find(({ name }) => name === hop.to)!;
      tally.note(hop, hop.facts.source === dipTowards(one.service, server.address, hop.stage));
    }
  }
  return tally;
};

/** dr, tun, and dnat without `snat`. */
export const serverSeesCip: PromiseCheck = ({ served }) => {
  const tally = new Tally();
  for (const one of served) {
    if ((one.service.model === 'dnat' && one.service.snat) || !isRequest(one)) continue;
    for (const hop of one.intoServer) {
      tally.note(
        hop,
        hop.facts.source === one.flow.clientAddress &&
          (!hasPorts(hop.facts) || hop.facts.sourcePort === one.flow.client.port),
      );
    }
  }
  return tally;
};

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
