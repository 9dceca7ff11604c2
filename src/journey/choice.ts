import { destinationOf } from '../packet/ipv4.ts';
import type { FlowRecord } from './flow-record.ts';
import type { HopRecord } from './hop-record.ts';

/** The server a connection was given, and its source port behind the director. */
export interface Choice {
  readonly server: string;
  readonly sourcePort: number;
}

/** As seen on the first request that the director sent on; fixed from then on, for that is what a connection is. */
export function choiceOf(flow: FlowRecord): Choice | undefined {
  if (flow.choice !== undefined) return flow.choice;
  for (const { direction, hops } of flow.journeys) {
    if (direction !== 'request') continue;
    const hop = hops.find(({ from, previous, stage }) => previous && stage.network.node(from)?.forwarder);
    if (hop) return (flow.choice = { server: serverOf(hop), sourcePort: hop.facts.sourcePort });
  }
  return undefined;
}

function serverOf(hop: HopRecord): string {
  if (hop.sentBy?.server) return hop.sentBy.server;
  const { facts, stage, to } = hop;
  const address = facts.outerAt ? destinationOf(facts.bytes, facts.outerAt) : facts.destination;
  return stage.network.stationOfAddress(address)?.node.name ?? to;
}
