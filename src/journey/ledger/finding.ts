import type { FlowRecord } from '../records/flow-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { Request } from '../report.ts';
import { hasWholeAnswer, numberOfDatagram } from './answer-bytes.ts';
import type { RequestRecord } from '../records/request-record.ts';

/** A program notices what came only when it has its turn: an answer as late as that may have come too late. */
const SCHEDULING_NS = 50e6;

/** Where client and frames contradict each other. Nothing is said of what was not captured whole, or is not sure. */
export function findingOf(record: RequestRecord): Request['finding'] {
  const { asked, end, endNs, flows, isEvicted } = record;
  if (isEvicted || end === undefined || asked.entry.load || !hasTold(end)) return undefined;
  const known = [...flows];
  if (known.some((flow) => flow.partial || flow.begun === 'middle' || isDoubtful(flow))) return undefined;
  if (end.outcome === 'answered')
    return known.some((flow) => isAnswered(record, flow, endNs)) ? undefined : 'answer-not-seen';
  const inTime = endNs - SCHEDULING_NS;
  return known.some((flow) => isAnswered(record, flow, inTime)) ? 'answer-not-taken' : undefined;
}

function hasTold({ outcome }: NonNullable<RequestRecord['end']>): boolean {
  return outcome !== 'unsent' && outcome !== 'untold' && outcome !== 'cut';
}

function isDoubtful(flow: FlowRecord): boolean {
  if (flow.outcome.kind === 'ambiguous' || flow.candidates > 1) return true;
  // A datagram in fragments is whole when all of them are: which of them are of one, is not kept.
  return flow.kind !== 'tcp' && flow.journeys.some(({ first }) => first.facts.fragment);
}

/** Whether frames show that the whole answer had reached the client by `untilNs`. */
function isAnswered({ asked }: RequestRecord, flow: FlowRecord, untilNs: number): boolean {
  const came = flow.journeys.filter((journey) => reached(journey, flow, untilNs));
  if (asked.protocol === 'tcp') return hasWholeAnswer(came.map(({ last }) => last.facts));
  if (asked.protocol === 'icmp')
    return came.some(({ kind, last }) => kind === 'echo-reply' && last.arrivalNs >= asked.timeNs);
  return came.some(({ last }) => numberOfDatagram(last.facts) === (asked.number ?? asked.id));
}

/** It reached the client's programs, from the address that was asked. */
function reached({ direction, kind, last }: JourneyRecord, flow: FlowRecord, untilNs: number): boolean {
  if (
    direction !== 'reply' ||
    last.facts.kind !== flow.kind ||
    kind === 'icmp-error' ||
    last.to !== flow.client.node ||
    last.arrival?.fate !== 'accepted'
  )
    return false;
  const { facts, arrivalNs } = last;
  return last.received && arrivalNs <= untilNs && facts.source === flow.serviceAddress;
}
