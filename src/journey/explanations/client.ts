import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { JourneyKind } from '../report.ts';
import { numberOfDatagram } from '../ledger/answer-bytes.ts';
import type { RequestRecord } from '../records/request-record.ts';
import type { NodeStates } from '../records/node-states.ts';
import type { Finding, Rule } from './finding.ts';
import { formatNs } from './format-ns.ts';

/** What takes a conversation on. What only acknowledges or ends it may as well answer the client's own farewell. */
const ASKING: readonly JourneyKind[] = ['syn', 'data', 'udp', 'echo-request'];
const ANSWERING: readonly JourneyKind[] = ['syn-ack', 'data', 'udp', 'echo-reply'];

/** The client says that its time was over, and frames show that nobody but the client was to blame for that. */
export const clientGaveUp: Rule = ({ gaveUp, states }, explained) =>
  gaveUp.flatMap((record) => {
    const { entry } = record.asked;
    const path = entry.written === undefined ? undefined : `traffic.${entry.written}`;
    const limitNs = entry.load ? entry.load.durationNs : entry.timeoutNs;
    const flows = [...record.flows].filter(({ gone }) => !gone).sort((a, b) => a.startNs - b.startNs);
    return flows.flatMap((flow): Finding[] => {
      if (explained.has(flow) || !isForNothingElse(record, flow, states)) return [];
      const late = lateIn(record, flow);
      if (late === undefined) return [];
      return [
        {
          place: path ?? flow.client.node,
          flow,
          hops: [late],
          params: { node: flow.client.node, limit: formatNs(limitNs) },
          setting: path && `${path}.${entry.load ? 'load.for' : 'timeout'}`,
          others: delaysOf(flow),
          ...(entry.load && { wording: 'explanation.client-gave-up-load' }),
        },
      ];
    });
  });

/** Whether there is no other reason: until the client's time was over nothing was lost, nobody refused, and nobody stood still. */
function isForNothingElse(
  { end, endNs, asked }: RequestRecord,
  flow: FlowRecord,
  states: NodeStates,
): boolean {
  const { outcome, journeys, partial, begun } = flow;
  if (begun === 'middle' || partial === 'capture') return false;
  // A load whose requests fail one by one gives them up one by one, and does not say when.
  if (asked.entry.load) {
    if (end?.load?.requests !== 0 || end.load.errors > 0) return false;
    if (outcome.kind !== 'answered' && outcome.kind !== 'open') return false;
  } else if (
    !(outcome.kind === 'lost' && outcome.reason === 'client-gave-up') &&
    !(outcome.kind === 'partial' && outcome.reason === undefined)
  )
    return false;
  return journeys.every(
    (journey) =>
      (journey.first.timeNs > endNs || hasArrived(journey)) &&
      journey.hops.every(({ to }) => states.isUp(to, endNs)),
  );
}

/** A datagram for a client that listens no more has arrived too. */
function hasArrived({ outcome, kind, last, flow }: JourneyRecord): boolean {
  if (outcome === 'arrived') return true;
  return kind === 'udp' && last.to === flow!.client.node && last.arrival?.reason === 'port-unreachable';
}

/** The last hop of a packet that was under way when the client's time was over, or sent only then. */
function lateIn({ asked, endNs }: RequestRecord, flow: FlowRecord): HopRecord | undefined {
  // Which of several pings an answer is for, is not known here.
  if (flow.kind === 'icmp' && flow.requests.length > 1) return undefined;
  return flow.journeys.find((journey) => {
    const { kind, direction, retransmission, first, last } = journey;
    if (retransmission || last.arrivalNs <= endNs || !hasArrived(journey)) return false;
    if (kind === 'udp' && numberOfDatagram(first.facts) !== (asked.number ?? asked.id)) return false;
    return direction === 'request'
      ? ASKING.includes(kind) && first.timeNs <= endNs
      : ANSWERING.includes(kind) && last.to === flow.client.node;
  })?.last;
}

/** Settings by which its packets are under way for longer. */
function delaysOf({ journeys }: FlowRecord): string[] {
  const delays = journeys.flatMap(({ hops }) =>
    hops.flatMap(({ from, segment, stage: { network } }) =>
      network.station(from, segment)?.port.delayNs ? [`nodes.${from}.at.${segment}.delay`] : [],
    ),
  );
  return [...new Set(delays)];
}
