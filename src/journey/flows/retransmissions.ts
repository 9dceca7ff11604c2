import type { FlowRecord } from '../records/flow-record.ts';
import type { FlowStep } from './flow-step.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** A second sending of the same segment: same direction, same sequence number, at least as much of it. */
export function noteSegment(flow: FlowRecord, journey: JourneyRecord, step: FlowStep): void {
  const key = segmentOf(flow, journey);
  journey.retransmission = key !== undefined && flow.segments?.has(key) === true;
  if (key === undefined || journey.retransmission) return;
  (flow.segments ??= new Set()).add(key);
  step.segment = key;
}

function segmentOf({ kind }: FlowRecord, { first: { facts }, direction }: JourneyRecord): number | undefined {
  if (kind !== 'tcp' && kind !== 'arp') return undefined;
  if (facts.kind === 'arp') return facts.arpOperation === 1 ? 0 : undefined;
  if (facts.kind !== 'tcp' || facts.fragment) return undefined;
  const occupies = facts.payloadLength + (facts.flags & 1) + ((facts.flags >>> 1) & 1);
  if (occupies === 0) return undefined;
  // Four billion sequence numbers, twice for the direction; SYN and data at one number are told apart by the flag.
  return facts.sequence * 4 + (facts.flags & 2) + (direction === 'reply' ? 1 : 0);
}
