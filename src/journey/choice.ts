import { destinationOf } from '../packet/ipv4.ts';
import type { FlowRecord } from './flow-record.ts';
import type { HopRecord } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';

/** The server a connection was given, and its source port behind the director. */
export interface Choice {
  readonly server: string;
  readonly sourcePort: number;
}

/** As seen on the first request that the director sent on; fixed from then on, for that is what a connection is. */
export function choiceOf(flow: FlowRecord): Choice | undefined {
  return flow.choice;
}

/** Looks at requests of `flow` that are new or changed: `flow.choice` may be another then. */
export function noteChoice(flow: FlowRecord, changed: readonly JourneyRecord[]): void {
  const { chosenBy } = flow;
  if (chosenBy && (chosenBy.gone || chosenBy.flow !== flow || changed.includes(chosenBy))) {
    flow.chosenBy = undefined;
    flow.choice = undefined;
    choose(flow, flow.journeys);
  } else choose(flow, changed);
}

/** By the earliest of these, if it is earlier than the one known. */
function choose(flow: FlowRecord, journeys: readonly JourneyRecord[]): void {
  for (const journey of journeys) {
    if (journey.flow !== flow || journey.gone || journey.direction !== 'request') continue;
    if (flow.chosenBy && flow.chosenBy.order <= journey.order) continue;
    const hop = journey.hops.find(
      ({ from, previous, stage }) => previous && stage.network.node(from)?.forwarder,
    );
    if (!hop) continue;
    flow.chosenBy = journey;
    flow.choice = { server: serverOf(hop), sourcePort: hop.facts.sourcePort };
    if (journeys === flow.journeys) return;
  }
}

function serverOf(hop: HopRecord): string {
  if (hop.sentBy?.server) return hop.sentBy.server;
  const { facts, stage, to } = hop;
  const address = facts.outerAt ? destinationOf(facts.bytes, facts.outerAt) : facts.destination;
  return stage.network.stationOfAddress(address)?.node.name ?? to;
}
