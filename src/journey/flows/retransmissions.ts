import { FIN, SYN } from '../../packet/tcp.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FlowStep } from './flow-step.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** A second sending of the same segment: same direction, same sequence number, at least as much of it. */
export function noteSegment(flow: FlowRecord, journey: JourneyRecord, step: FlowStep): void {
  const key = segmentOf(journey);
  journey.retransmission = key !== undefined && flow.segments?.has(key) === true;
  if (key === undefined || journey.retransmission) return;
  (flow.segments ??= new Set()).add(key);
  step.segment = key;
}

/** Undefined for what takes no sequence numbers, and for a datagram: sending one again is another question. */
function segmentOf({ first: { facts }, direction }: JourneyRecord): number | undefined {
  if (facts.kind === 'arp') return facts.arpOperation === 1 ? 0 : undefined;
  if (facts.kind !== 'tcp' || facts.fragment) return undefined;
  if (facts.payloadLength === 0 && (facts.flags & (SYN | FIN)) === 0) return undefined;
  // Four billion sequence numbers, twice for the direction; SYN and data at one number are told apart by the flag.
  return facts.sequence * 4 + (facts.flags & SYN) + (direction === 'reply' ? 1 : 0);
}
