import { isRequest, isWholeWaySeen, type Packet } from '../records/evidence.ts';
import { checkHeaders } from '../predictions/prediction-rows.ts';
import type { Tally } from './tally.ts';

/** Every packet that a service's client gets comes from the VIP. Routers may send errors of their own. */
export function vipOnly({ served, journey, flow, stage }: Packet, tally: Tally): void {
  if (served && journey.direction === 'reply') {
    for (const hop of journey.hops) {
      if (!hop.received || hop.to !== flow.client.node) continue;
      tally.note(hop, hop.facts.source === served.service.vip && hop.facts.outerAt === 0);
    }
  }
  if (journey.kind !== 'icmp-error') return;
  const { last } = journey;
  const server = stage.network.stationOfAddress(last.facts.source)?.node;
  const isClients = last.received && last.to === flow.client.node;
  if (isClients && server && stage.network.isServer(server.name) && stage.network.isVip(flow.serviceAddress))
    tally.note(last, false);
}

/** Only the director's MAC answers for the VIP. */
export function vipArp({ journey: { kind, first }, stage }: Packet, tally: Tally): void {
  const { network } = stage;
  if (kind !== 'arp-reply' || !network.isVip(first.facts.source)) return;
  const sender = network.stationOfMac(first.facts.etherSource);
  const isDirectors =
    sender !== undefined && network.directorsOf(first.facts.source).includes(sender.node.name);
  // Somebody else's answer would have come to who asked: where this one was not recorded there, nobody knows of others.
  if (!isDirectors || !stage.isCapture || first.received) tally.note(first, isDirectors);
}

/** What reaches a server of a request to the VIP came through the director. */
export function throughDirector({ served, journey }: Packet, tally: Tally): void {
  if (!served || served.intoServer.length === 0 || !isRequest(served)) return;
  const isSeen = isWholeWaySeen(journey);
  // Where the director was not captured, a frame with its MAC tells.
  const isThrough = journey.hops.some(
    ({ from, previous }) => from === served.director && (previous ?? !isSeen),
  );
  if (!isThrough && !isSeen) return;
  for (const hop of served.intoServer) tally.note(hop, isThrough);
}

/** Field by field, on every hop that the model foretells. */
export function headers({ journey }: Packet, tally: Tally): void {
  checkHeaders(journey, (hop, ok) => {
    if (!ok && !isWholeWaySeen(journey)) return;
    // A right first hop shows little; what the nodes on the way made of it is the promise.
    if (!ok || hop.previous) tally.note(hop, ok);
  });
}
