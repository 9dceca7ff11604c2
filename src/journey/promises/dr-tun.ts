import type { PlannedService } from '../../lab/topology/plan.ts';
import { destinationOf, PROTOCOL, PROTOCOL_IPIP, sourceOf } from '../../packet/ipv4.ts';
import { dipTowards, isServersReply, type EpochEvidence } from '../records/evidence.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { samePacket } from '../joins/match-keys.ts';
import { innerOf, isPieceOfWrapped } from './wrapped-pieces.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** dr: the director leaves the IP packet alone, but for the TTL that any router takes. */
export const ipUntouched: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { before, sent } of requestsSentOn(evidence, 'dr')) {
    for (const hop of sent) {
      tally.note(hop, hop.facts.outerAt === 0 && isSameInside(before.facts, hop.facts));
    }
  }
  return tally;
};

/** tun: director to server there is an outer header, DIP to RIP, protocol 4; also on each fragment. */
export const encapsulated: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { sent, service } of requestsSentOn(evidence, 'tun')) {
    for (const hop of sent) {
      const { bytes, routedAt } = hop.facts;
      const server = service.servers.find(({ address }) => address === destinationOf(bytes, routedAt));
      const isTunnel = bytes[routedAt + PROTOCOL] === PROTOCOL_IPIP;
      const dip = server && dipTowards(service, server.address, hop.stage);
      tally.note(hop, isTunnel && dip !== undefined && sourceOf(bytes, routedAt) === dip);
    }
  }
  return tally;
};

/** tun: what is inside is what the client sent. */
export const innerUntouched: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { before, hops } of requestsSentOn(evidence, 'tun')) {
    /** What each node sent in fragments. */
    const pieces = new Map<string, HopRecord[]>();
    for (const hop of hops.filter((one) => comesOf(one, before))) {
      if (isPieceOfWrapped(hop.facts)) pieces.set(hop.from, [...(pieces.get(hop.from) ?? []), hop]);
      else tally.note(hop, isSameInside(before.facts, hop.facts));
    }
    for (const all of pieces.values()) {
      const inner = innerOf(all);
      if (inner) tally.note(all[0]!, isSame(before.facts, inner, 0, inner.length));
    }
  }
  return tally;
};

/** dr, tun: replies go around the director, in both directions of looking: not to it and not from it. */
export const replyDirect: PromiseCheck = ({ served }) => {
  const tally = new Tally();
  for (const one of served) {
    if (one.service.model === 'dnat' || !isServersReply(one)) continue;
    const { director } = one.service;
    const strays = one.journey.hops.filter(({ from, to }) => from === director || to === director);
    for (const hop of strays) tally.note(hop, false);
    const { first } = one.journey;
    if (strays.length === 0 && first.received) tally.note(first, true);
  }
  return tally;
};

interface SentOn {
  /** As it came to the director. */
  readonly before: HopRecord;
  /** As the director sent it on: in several, when it was cut. */
  readonly sent: readonly HopRecord[];
  readonly hops: readonly HopRecord[];
  readonly service: PlannedService;
}

function requestsSentOn({ served }: EpochEvidence, model: PlannedService['model']): SentOn[] {
  const sentOn: SentOn[] = [];
  for (const { journey, service } of served) {
    if (service.model !== model || journey.direction === 'reply') continue;
    const { hops } = journey;
    const sent = hops.filter(({ from, previous }) => from === service.director && previous);
    for (const before of new Set(sent.map(({ previous }) => previous!))) {
      sentOn.push({ before, sent: sent.filter(({ previous }) => previous === before), hops, service });
    }
  }
  return sentOn;
}

/** Whether `hop` is a later one of the packet, or of a fragment of it, that `before` is of. */
function comesOf(hop: HopRecord, before: HopRecord): boolean {
  for (let one = hop.previous; one; one = one.previous) if (one === before) return true;
  return false;
}

function isSameInside(before: FrameFacts, after: FrameFacts): boolean {
  return isSame(before, after.bytes, after.ipAt, after.ipEnd - after.ipAt);
}

function isSame(before: FrameFacts, bytes: Uint8Array, at: number, length: number): boolean {
  return before.ipEnd - before.ipAt === length && samePacket(before.bytes, before.ipAt, bytes, at, length);
}
