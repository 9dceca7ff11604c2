import { hopFrom, type EpochEvidence } from '../records/evidence.ts';
import { outsideOf, requestTupleAt } from '../predictions/request-tuple.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** Whatever the router sends outside has its outside address. */
export const oneAddress: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { node, segment, address } of outsidesOf(evidence)) {
    for (const { hops } of evidence.journeys) {
      for (const hop of hops) {
        const { facts } = hop;
        if (hop.from !== node || hop.segment !== segment) continue;
        if (facts.ipAt === 0 || facts.kind === 'arp') continue;
        // Its own packets have that address anyway; those of hosts inside are what counts.
        if (hop.previous || facts.source !== address) tally.note(hop, facts.source === address);
      }
    }
  }
  return tally;
};

/** A reply gets back to the host, and the port, that asked. */
export const rightHost: PromiseCheck = (evidence) => {
  const tally = new Tally();
  for (const { node, address } of outsidesOf(evidence)) {
    for (const journey of evidence.journeys) {
      const flow = journey.flow!;
      if (journey.direction !== 'reply' || flow.clientAddress === address) continue;
      for (const hop of journey.hops) {
        if (hop.arrival?.reason === 'ambiguous-port' && hop.to === node) tally.note(hop, false);
      }
      const back = hopFrom(journey, node);
      const asked = back && requestTupleAt(flow, back, node);
      if (!back || !asked || back.facts.quoted !== undefined) continue;
      const { kind, fragment, destination, destinationPort } = back.facts;
      const isPort = (kind === 'ip' && fragment) || destinationPort === asked.sourcePort;
      tally.note(back, isPort && destination === asked.source);
    }
  }
  return tally;
};

function outsidesOf({ stage }: EpochEvidence) {
  return stage.network.nats.map((node) => {
    const { segment, address } = outsideOf(stage, node)!;
    return { node, segment, address };
  });
}
