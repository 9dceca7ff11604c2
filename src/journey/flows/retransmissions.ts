import type { FlowRecord } from '../records/flow-record.ts';
import type { FlowStep } from './flow-step.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { segmentOf } from '../records/sendings.ts';

/** A second sending of the same segment: same direction, same sequence number, at least as much of it. */
export function noteSegment(flow: FlowRecord, journey: JourneyRecord, step: FlowStep): void {
  const key = segmentOf(journey);
  if (key === undefined) return;
  const segments = (flow.segments ??= new Map<number, JourneyRecord[]>());
  const before = segments.get(key);
  journey.retransmission = before !== undefined && isAnother(journey, before);
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
