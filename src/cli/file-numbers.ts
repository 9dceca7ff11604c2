import type { FrameRef } from '../captures/told.ts';
import type { Flow, Hop, Journey, Report } from '../journey/report.ts';

/** A report of several files numbers frames in order of time, and tells which frame of which file each is. */
export interface FilesReport extends Report {
  readonly files: readonly string[];
  /** Of the n-th frame the place of its file in `files`, and its number there. */
  readonly frames: readonly (readonly [file: number, number: number])[];
}

/**
 * The report with the frames' numbers in a capture file that somebody else made: frames that were left out count there
 * too, and a file is not always in the order of time. Hops are numbered when they are read: most never are.
 * @param refs Of the n-th frame that was told, from 0.
 */
export function inFileNumbers(
  report: Report,
  refs: readonly FrameRef[],
  files: readonly string[],
): Report | FilesReport {
  if (files.length > 1)
    return { ...report, files, frames: refs.map(({ source, number }) => [source, number] as const) };
  if (refs.every(({ number }, index) => number === index + 1)) return report;
  const inFile = (frame: number): number => refs[frame - 1]!.number;
  return {
    ...report,
    flows: report.flows.map((flow) => ({ ...flow, outcome: outcomeIn(flow.outcome, inFile) })),
    journeys: report.journeys.map((journey) => journeyIn(journey, inFile)),
    promises: report.promises.map((one) => ({ ...one, evidence: one.evidence.map(inFile) })),
    explanations: report.explanations.map((one) => ({ ...one, frames: one.frames.map(inFile) })),
  };
}

function outcomeIn(outcome: Flow['outcome'], inFile: (frame: number) => number): Flow['outcome'] {
  return 'frames' in outcome ? { ...outcome, frames: outcome.frames.map(inFile) } : outcome;
}

function journeyIn(journey: Journey, inFile: (frame: number) => number): Journey {
  const { id, flow, epoch, direction, kind, retransmission, outcome, confidence } = journey;
  return {
    ...{ id, flow, epoch, direction, kind, retransmission, outcome, confidence },
    get hops(): Hop[] {
      return journey.hops.map((hop) => ({
        ...hop,
        frame: inFile(hop.frame),
        frames: hop.frames.map(inFile),
      }));
    },
  };
}
