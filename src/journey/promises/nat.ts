import { balancedHop, type EpochEvidence } from '../evidence.ts';
import type { FlowRecord } from '../flow-record.ts';
import type { HopRecord } from '../hop-record.ts';
import { Tally, type PromiseCheck } from './tally.ts';

/** Whatever the router sends outside has its outside address. */
export const oneAddress: PromiseCheck = (evidence) => {
  const tally = new Tally();
  const outside = outsideOf(evidence);
  if (outside === undefined) return tally;
  for (const { hops } of evidence.journeys) {
    for (const hop of hops) {
      const { facts } = hop;
      if (hop.from !== outside.node || hop.segment !== outside.segment) continue;
      if (facts.ipAt === 0 || facts.kind === 'arp') continue;
      // Its own packets have that address anyway; those of hosts inside are what counts.
      if (hop.previous || facts.source !== outside.address) tally.note(hop, facts.source === outside.address);
    }
  }
  return tally;
};

/** A reply gets back to the host, and the port, that asked. */
export const rightHost: PromiseCheck = (evidence) => {
  const tally = new Tally();
  const outside = outsideOf(evidence);
  if (outside === undefined) return tally;
  for (const journey of evidence.journeys) {
    if (journey.direction !== 'reply' || journey.flow!.clientAddress === outside.address) continue;
    for (const hop of journey.hops) {
      if (hop.arrival?.reason === 'ambiguous-port' && hop.to === outside.node) tally.note(hop, false);
    }
    const back = balancedHop(journey);
    if (back && back.facts.quoted === undefined) tally.note(back, isOwners(back, journey.flow!));
  }
  return tally;
};

function isOwners({ facts }: HopRecord, flow: FlowRecord): boolean {
  const port = flow.client.port ?? flow.journeys[0]!.first.facts.sourcePort;
  return facts.destination === flow.clientAddress && facts.destinationPort === port;
}

function outsideOf({ stage: { network } }: EpochEvidence) {
  for (const { name, forwarder } of network.plan.nodes) {
    const port = forwarder?.nat && forwarder.interfaces[forwarder.nat.outside];
    if (port) return { node: name, segment: port.segment, address: port.address };
  }
  return undefined;
}
