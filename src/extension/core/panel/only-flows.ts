import type { Hop, Report } from '../../../journey/report.ts';
import type { LabEvent } from '../../../lab/events.ts';

/** A recording cut down to some flows. Their frames are counted anew, as they will stand in the file. */
export function onlyFlows(
  events: readonly LabEvent[],
  report: Report,
  flows: readonly number[],
): { readonly events: LabEvent[]; readonly report: Report } {
  const wanted = new Set(flows);
  const journeys = report.journeys.filter(({ flow }) => wanted.has(flow));
  const frames = new Set(journeys.flatMap(({ hops }) => hops.flatMap((hop) => hop.frames)));
  const renumbered = new Map<number, number>();
  let number = 0;
  const kept = events.filter((event) => {
    if (event.kind !== 'frame') return true;
    number++;
    if (!frames.has(number)) return false;
    renumbered.set(number, renumbered.size + 1);
    return true;
  });
  const place = (frame: number) => renumbered.get(frame) ?? 0;
  const hop = (one: Hop): Hop => ({ ...one, frame: place(one.frame), frames: one.frames.map(place) });
  return {
    events: kept,
    report: {
      ...report,
      flows: report.flows.filter(({ id }) => wanted.has(id)),
      journeys: journeys.map((journey) => ({ ...journey, hops: journey.hops.map(hop) })),
    },
  };
}
