import { FIN, SYN } from '../../packet/tcp.ts';
import type { FlowRecord } from './flow-record.ts';
import type { JourneyRecord } from './journey-record.ts';

/** In a capture: all packets that send bytes from the same sequence number on, in their order; itself among them. */
export function sendingsOf(journey: JourneyRecord, { segments }: FlowRecord): readonly JourneyRecord[] {
  const key = segmentOf(journey);
  return (key !== undefined && segments?.get(key)) || [];
}

/** Undefined for what takes no sequence numbers, and for a datagram: sending one again is another question. */
export function segmentOf({ first: { facts }, direction }: JourneyRecord): number | undefined {
  if (facts.kind === 'arp') return facts.arpOperation === 1 ? 0 : undefined;
  if (facts.kind !== 'tcp' || facts.fragment) return undefined;
  if (facts.sentLength === 0 && (facts.flags & (SYN | FIN)) === 0) return undefined;
  // Four billion sequence numbers, twice for the direction; SYN and data at one number are told apart by the flag.
  return facts.sequence * 4 + (facts.flags & SYN) + (direction === 'reply' ? 1 : 0);
}
