import { FIN, SYN } from '../../packet/tcp.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { FlowStep } from './flow-step.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** A second sending of the same segment: same direction, same sequence number, at least as much of it. */
export function noteSegment(flow: FlowRecord, journey: JourneyRecord, step: FlowStep): void {
  const key = segmentOf(journey);
  const before = key === undefined ? undefined : flow.segments?.get(key);
  journey.retransmission = before !== undefined && isAnother(journey, before);
  if (key === undefined || (before && !journey.first.stage.isCapture)) return;
  const segments = (flow.segments ??= new Map<number, JourneyRecord[]>());
  if (before) before.push(journey);
  else segments.set(key, [journey]);
  step.segment = key;
}

/** In a capture two packets only if one host recorded both at one place: else it may be one, the way between not seen. */
function isAnother(journey: JourneyRecord, before: readonly JourneyRecord[]): boolean {
  if (!journey.first.stage.isCapture) return true;
  return journey.hops.some((hop) => before.some(({ hops }) => hops.some((one) => isSamePlace(one, hop))));
}

function isSamePlace(a: HopRecord, b: HopRecord): boolean {
  if (a.segment !== b.segment || a.from !== b.from) return false;
  return (hasSenders(a) && hasSenders(b)) || (a.received && b.received && a.to === b.to);
}

/** Its sender recorded it. */
function hasSenders({ received, secondFrame }: HopRecord): boolean {
  return !received || secondFrame !== 0;
}

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
