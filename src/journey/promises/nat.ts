import { hopFrom, isWholeWaySeen, type Packet } from '../records/evidence.ts';
import type { Stage } from '../records/hop-record.ts';
import { outsideOf, requestTupleAt } from '../predictions/request-tuple.ts';
import type { Tally } from './tally.ts';

/** Whatever the router sends outside has its outside address. */
export function oneAddress({ journey, stage }: Packet, tally: Tally): void {
  for (const { node, segment, address } of outsidesOf(stage)) {
    for (const hop of journey.hops) {
      if (hop.from !== node || hop.segment !== segment) continue;
      const { facts } = hop;
      if (facts.ipAt === 0 || facts.kind === 'arp') continue;
      // Its own packets have that address anyway; those of hosts inside are what counts.
      if (hop.previous || facts.source !== address) tally.note(hop, facts.source === address);
    }
  }
}

/** A reply gets back to the host, and the port, that asked. */
export function rightHost({ journey, flow, stage }: Packet, tally: Tally): void {
  if (journey.direction !== 'reply') return;
  for (const { node, address } of outsidesOf(stage)) {
    if (flow.clientAddress === address) continue;
    for (const hop of journey.hops) {
      if (hop.fate?.reason === 'ambiguous-port' && hop.to === node) tally.note(hop, false);
    }
    const back = hopFrom(journey, node);
    const asked = back && requestTupleAt(flow, back, node);
    if (!back || !asked || back.facts.quoted !== undefined) continue;
    const { kind, fragment, destination, destinationPort } = back.facts;
    const isPort = (kind === 'ip' && fragment) || destinationPort === asked.sourcePort;
    const isRight = isPort && destination === asked.source;
    // What was asked from elsewhere, on a way that was not captured, may be somebody else's.
    if (isRight || isWholeWaySeen(journey)) tally.note(back, isRight);
  }
}

function outsidesOf(stage: Stage) {
  return stage.network.nats.map((node) => {
    const { segment, address } = outsideOf(stage, node)!;
    return { node, segment, address };
  });
}
