import { isRequest, isWholeWaySeen } from '../records/evidence.ts';
import { checkHeaders } from '../predictions/prediction-rows.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** Every packet that a service's client gets comes from the VIP. Routers may send errors of their own. */
export const vipOnly: PromiseCheck = ({ served, journeys, stage }) => {
  const tally = new Tally();
  for (const { journey, flow, service } of served) {
    if (journey.direction !== 'reply') continue;
    for (const hop of journey.hops) {
      if (!hop.received || hop.to !== flow.client.node) continue;
      tally.note(hop, hop.facts.source === service.vip && hop.facts.outerAt === 0);
    }
  }
  for (const journey of journeys) {
    if (journey.kind !== 'icmp-error') continue;
    const { last, flow } = journey;
    const server = stage.network.stationOfAddress(last.facts.source)?.node;
    const isClients = last.received && last.to === flow!.client.node;
    if (isClients && server?.role === 'server' && stage.network.isVip(flow!.serviceAddress))
      tally.note(last, false);
  }
  return tally;
};

/** Only the director's MAC answers for the VIP. */
export const vipArp: PromiseCheck = ({ journeys, stage: { network } }) => {
  const tally = new Tally();
  for (const { kind, first } of journeys) {
    if (kind !== 'arp-reply' || !network.isVip(first.facts.source)) continue;
    const sender = network.stationOfMac(first.facts.etherSource);
    tally.note(
      first,
      sender !== undefined && network.directorsOf(first.facts.source).includes(sender.node.name),
    );
  }
  return tally;
};

/** What reaches a server of a request to the VIP came through the director. */
export const throughDirector: PromiseCheck = ({ served }) => {
  const tally = new Tally();
  for (const one of served) {
    if (!isRequest(one)) continue;
    const { hops } = one.journey;
    for (const hop of one.intoServer) {
      const isSeen = isWholeWaySeen(one.journey);
      // Where the director was not captured, a frame with its MAC tells.
      const isThrough = hops.some(
        ({ from, previous }) => from === one.service.director && (previous ?? !isSeen),
      );
      if (isThrough || isSeen) tally.note(hop, isThrough);
    }
  }
  return tally;
};

/** Field by field, on every hop that the model foretells. */
export const headers: PromiseCheck = ({ journeys }) => {
  const tally = new Tally();
  for (const journey of journeys) {
    checkHeaders(journey, (hop, ok) => {
      if (!ok && !isWholeWaySeen(journey)) return;
      // A right first hop shows little; what the nodes on the way made of it is the promise.
      if (!ok || hop.previous) tally.note(hop, ok);
    });
  }
  return tally;
};
