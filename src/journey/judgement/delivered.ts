import { FIN, SYN } from '../../packet/tcp.ts';
import { Acknowledgements } from '../records/acknowledgements.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/**
 * The first packet of the other direction which says that these bytes came (RFC 9293), up to a number or as a block of a
 * selective acknowledgement (RFC 2018); undefined where none was recorded, and for what has no bytes to acknowledge.
 */
export function acknowledgementOf(journey: JourneyRecord, flow: FlowRecord): JourneyRecord | undefined {
  const { facts } = journey.first;
  if (facts.kind !== 'tcp' || facts.fragment) return undefined;
  const end = endOf(facts);
  if (end === facts.sequence) return undefined;
  return (flow.acknowledgements ??= new Acknowledgements()).find(flow.journeys, journey, end);
}

/** The same of all bytes before it: until then nobody can acknowledge its own, other than by blocks. */
export function acknowledgementBefore(journey: JourneyRecord, flow: FlowRecord): JourneyRecord | undefined {
  const { sequence } = journey.first.facts;
  return (flow.acknowledgements ??= new Acknowledgements()).find(flow.journeys, journey, sequence);
}

/** The sequence number after the segment. */
function endOf({ sequence, sentLength, flags }: FrameFacts): number {
  return (sequence + sentLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) >>> 0;
}
