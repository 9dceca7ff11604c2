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

/** No two living flows of different hosts, or of different ports, share a port of the router. */
export const uniquePorts: PromiseCheck = (evidence) => {
  const tally = new Tally();
  const byPort = new Map<number, TakenPort[]>();
  const taken = takenPorts(evidence);
  for (const one of taken) {
    const key = one.protocol * 65536 + one.port;
    const sharing = byPort.get(key);
    if (sharing) sharing.push(one);
    else byPort.set(key, [one]);
  }
  // One flow alone repeats nothing: it takes two to show the promise.
  const isShown = taken.some(({ flow }) => !isSameOwner(flow, taken[0]!.flow));
  for (const sharing of byPort.values()) {
    for (const one of sharing) {
      const clashes = sharing.some((other) => isClash(one, other));
      if (clashes || isShown) tally.note(one.hop, !clashes);
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

interface TakenPort {
  readonly flow: FlowRecord;
  readonly hop: HopRecord;
  readonly protocol: number;
  readonly port: number;
}

/** The port each flow of the epoch got outside. */
function takenPorts(evidence: EpochEvidence): TakenPort[] {
  const taken = new Map<FlowRecord, TakenPort>();
  for (const journey of evidence.journeys) {
    const flow = journey.flow!;
    if (journey.direction !== 'request' || taken.has(flow) || journey.first.facts.quoted) continue;
    const hop = balancedHop(journey);
    if (hop && hop.facts.sourcePort !== 0) {
      taken.set(flow, { flow, hop, protocol: hop.facts.protocol, port: hop.facts.sourcePort });
    }
  }
  return [...taken.values()];
}

function isClash(a: TakenPort, b: TakenPort): boolean {
  return !isSameOwner(a.flow, b.flow) && areAliveTogether(a.flow, b.flow);
}

/** One host's port may talk to many. */
function isSameOwner(a: FlowRecord, b: FlowRecord): boolean {
  return a.clientAddress === b.clientAddress && a.client.port === b.client.port;
}

function areAliveTogether(a: FlowRecord, b: FlowRecord): boolean {
  const [first, second] = a.startNs <= b.startNs ? [a, b] : [b, a];
  return !first.closed || second.startNs < first.endNs;
}

function outsideOf({ stage: { network } }: EpochEvidence) {
  for (const { name, forwarder } of network.plan.nodes) {
    const port = forwarder?.nat && forwarder.interfaces[forwarder.nat.outside];
    if (port) return { node: name, segment: port.segment, address: port.address };
  }
  return undefined;
}
