import type { Report } from '../../../journey/report.ts';
import type { LabEvent } from '../../../lab/events.ts';

/** What a file is made of. */
export interface Exported {
  readonly events: readonly LabEvent[];
  /** Of the frames among them, in their order: those of the recording. */
  readonly numbers: readonly number[];
  readonly report: Report;
}

/** A recording cut down to some flows. Frames, flows and packets keep their numbers. */
export function onlyFlows({ events, numbers, report }: Exported, flows: readonly number[]): Exported {
  const wanted = new Set(flows);
  const journeys = report.journeys.filter(({ flow }) => wanted.has(flow));
  const frames = new Set(journeys.flatMap(({ hops }) => hops.flatMap((hop) => hop.frames)));
  let at = 0;
  return {
    events: events.filter(({ kind }) => kind !== 'frame' || frames.has(numbers[at++]!)),
    numbers: numbers.filter((number) => frames.has(number)),
    report: { ...report, flows: report.flows.filter(({ id }) => wanted.has(id)), journeys },
  };
}
