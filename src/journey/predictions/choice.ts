import { destinationOf, headerLengthOf, PROTOCOL_UDP } from '../../packet/ipv4.ts';
import { sourcePortOf } from '../../packet/udp.ts';
import type { Choice, FlowRecord, ShownChoice } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** The director's. As seen on the first request that it sent on; fixed from then on, for that is what a connection is. */
export function choiceOf({ choices }: FlowRecord): Choice | undefined {
  return choices.find(({ server }) => server !== undefined);
}

export function choiceAt({ choices }: FlowRecord, node: string): Choice | undefined {
  return choices.find((one) => one.node === node);
}

/** @param changed Journeys of `flow` that are new or changed: `flow.choices` may be others then. */
export function noteChoice(flow: FlowRecord, changed: readonly JourneyRecord[]): void {
  const isOld = ({ by }: ShownChoice) => by.gone || by.flow !== flow || changed.includes(by);
  if (flow.choices.some(isOld)) {
    flow.choices = [];
    choose(flow, flow.journeys);
  } else choose(flow, changed);
}

/** By the earliest of these journeys of `flow` at each node, if it is earlier than the one known. */
function choose(flow: FlowRecord, journeys: readonly JourneyRecord[]): void {
  for (const journey of journeys) {
    if (journey.direction !== 'request') continue;
    // Most packets are later than all that is known, and cross nothing else.
    let rank = 0;
    let isAfterGap = false;
    for (const hop of journey.hops) {
      isAfterGap ||= hop.overGap;
      const forwarder = hop.previous && hop.stage.network.node(hop.from)?.forwarder;
      if (!forwarder) continue;
      const known = flow.choices.find(({ node }) => node === hop.from);
      if (!known || known.by.order > journey.order) {
        const choice: ShownChoice = {
          node: hop.from,
          ...(!forwarder.nat && { server: serverOf(hop) }),
          sourcePort: hop.facts.sourcePort,
          ...tunnelPortOf(hop),
          by: journey,
          rank,
          isAfterGap,
        };
        const others = flow.choices.filter((one) => one !== known);
        flow.choices = [...others, choice].sort((a, b) => a.rank - b.rank);
      }
      rank++;
    }
  }
}

/** The source port of the datagram that a tunnel of UDP puts around the packet. */
function tunnelPortOf({ facts }: HopRecord): Pick<Choice, 'tunnelPort'> {
  const { bytes, outerAt, outerProtocol, fragment, kind } = facts;
  // A fragment has no ports by which it could take the way of others.
  if (outerProtocol !== PROTOCOL_UDP || fragment || kind === 'icmp') return {};
  return { tunnelPort: sourcePortOf(bytes, outerAt + headerLengthOf(bytes, outerAt)) };
}

function serverOf(hop: HopRecord): string {
  if (hop.sentBy?.server) return hop.sentBy.server;
  const { facts, stage, to } = hop;
  const address = facts.outerAt ? destinationOf(facts.bytes, facts.outerAt) : facts.destination;
  return stage.network.stationOfAddress(address)?.node.name ?? to;
}
