import type { PlannedService } from '../../lab/topology/plan.ts';
import { destinationOf, PROTOCOL, PROTOCOL_IPIP, sourceOf } from '../../packet/ipv4.ts';
import { dipTowards, isServersReply, type EpochEvidence } from '../evidence.ts';
import type { FrameFacts } from '../frame-facts.ts';
import type { HopRecord } from '../hop-record.ts';
import { samePacket } from '../match-keys.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** dr: the director leaves the IP packet alone, but for the TTL that any router takes. */
export const ipUntouched: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { hop } of requestsSentOn(evidence, 'dr')) {
    tally.note(hop, hop.facts.outerAt === 0 && isSameInside(hop.previous!.facts, hop.facts));
  }
  return tally;
};

/** tun: director to server there is an outer header, DIP to RIP, protocol 4. */
export const encapsulated: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { hop, service } of requestsSentOn(evidence, 'tun')) {
    const { bytes, routedAt } = hop.facts;
    const server = service.servers.find(({ address }) => address === destinationOf(bytes, routedAt));
    const isTunnel = bytes[routedAt + PROTOCOL] === PROTOCOL_IPIP;
    const dip = server && dipTowards(service, server.address, hop.stage);
    tally.note(hop, isTunnel && dip !== undefined && sourceOf(bytes, routedAt) === dip);
  }
  return tally;
};

/** tun: what is inside is what the client sent. */
export const innerUntouched: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { hop, hops } of requestsSentOn(evidence, 'tun')) {
    // In fragments the inner packet stands in pieces.
    if (hop.facts.fragment) continue;
    for (const one of hops.slice(hops.indexOf(hop))) {
      tally.note(one, isSameInside(hop.previous!.facts, one.facts));
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
  readonly hop: HopRecord;
  readonly hops: readonly HopRecord[];
  readonly service: PlannedService;
}

function requestsSentOn({ served }: EpochEvidence, model: PlannedService['model']): SentOn[] {
  const sent: SentOn[] = [];
  for (const { journey, service, sentOn } of served) {
    if (!sentOn || service.model !== model || journey.direction === 'reply') continue;
    sent.push({ hop: sentOn, hops: journey.hops, service });
  }
  return sent;
}

function isSameInside(before: FrameFacts, after: FrameFacts): boolean {
  const length = before.ipEnd - before.ipAt;
  return (
    length === after.ipEnd - after.ipAt &&
    samePacket(before.bytes, before.ipAt, after.bytes, after.ipAt, length)
  );
}
