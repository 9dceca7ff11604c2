import type { ToldCaptures } from '../../../captures/told.ts';
import type { Translate } from '../../../l10n/translate.ts';
import { inSlices, type Pause } from '../labs/in-slices.ts';
import { Cancelled } from '../labs/lab-failure.ts';
import { LabRecording, type RecordingHead, type RecordingLimits } from '../labs/lab-recording.ts';
import { isoOf } from './iso-of.ts';

/** Events of one step: some milliseconds of joining. */
const AT_ONCE = 50;

export interface CaptureReading {
  readonly limits: RecordingLimits;
  readonly translate: Translate;
  readonly signal: AbortSignal;
  /** How much of it is read, from 0 to 1. */
  readonly onShare: (share: number) => void;
  readonly pause?: Pause;
  /** Its plan is a draft by the frames alone. */
  readonly isInferred?: boolean;
}

/** What of them a recording of ours must know to be judged as they are. */
export function headOf({
  points,
  wholePoints,
  clockErrorsNs,
}: ToldCaptures): Required<Pick<RecordingHead, 'capturePoints' | 'wholePoints' | 'clockErrorsNs'>> {
  return {
    capturePoints: [...points],
    wholePoints: [...wholePoints],
    clockErrorsNs: Object.fromEntries(clockErrorsNs),
  };
}

/**
 * What recordings tell, as a recording of ours: the newest of it, within the limits. Works in slices; rejects with
 * `Cancelled` when the signal comes.
 */
export async function captureRecording(
  told: ToldCaptures,
  { limits, translate, signal, onShare, pause, isInferred = false }: CaptureReading,
): Promise<LabRecording> {
  const { events, plan, startNs } = told;
  const head = { engine: 'capture', startedAt: isoOf(startNs), plan, ...headOf(told) } as const;
  const recording = new LabRecording({ ...head, ...(isInferred && { isInferred }) }, limits, translate);
  const steps = Math.ceil(events.length / AT_ONCE);
  await inSlices(
    Array.from({ length: steps }, (_, step) => step),
    (step) => {
      if (signal.aborted) throw new Cancelled();
      recording.add(events.slice(step * AT_ONCE, (step + 1) * AT_ONCE));
      recording.builder.keepUp();
      onShare((step + 1) / steps);
    },
    pause,
  );
  return recording;
}
