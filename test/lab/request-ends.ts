import type { LabEvent, RequestEnd, RequestEvent } from '../../src/lab/events.ts';

export interface Ended extends RequestEnd {
  readonly entry: RequestEvent['entry'];
  readonly startNs: number;
  readonly endNs: number;
}

/** How requests ended, in the order in which they ended. */
export function endsIn(events: readonly LabEvent[]): Ended[] {
  const asked = new Map<number, number>();
  const ends: Ended[] = [];
  for (const event of events) {
    if (event.kind !== 'request') continue;
    const { id, timeNs, entry, end } = event;
    if (end) ends.push({ ...end, entry, startNs: asked.get(id)!, endNs: timeNs });
    else asked.set(id, timeNs);
  }
  return ends;
}
