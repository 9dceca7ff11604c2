import { fromRecording, type Compared } from '../../../comparison/compare.ts';
import type { Recorded } from '../../../comparison/observe.ts';
import { problemOfReading } from '../../../captures/reading.ts';
import type { CaptureSource } from '../../../captures/source.ts';
import { tellingCaptures } from '../../../captures/tell-captures.ts';
import type { CaptureNote } from '../../../captures/told.ts';
import { loadTopology } from '../../../lab/topology/load.ts';
import { captureRecording, type CaptureReading } from '../captures/capture-recording.ts';
import { frameNameOf } from '../captures/frame-name.ts';
import { inferredNetwork } from '../captures/inferred-network.ts';
import { inTurns } from '../labs/in-slices.ts';
import { Cancelled } from '../labs/lab-failure.ts';
import type { LabRecording } from '../labs/lab-recording.ts';

/** A recording as a comparison reads it, as it is now: what is recorded later is not in it. */
export function recordedOf(recording: LabRecording): Recorded {
  const { builder, head, plans } = recording;
  const { capturePoints } = head;
  return {
    plan: plans.at(-1)?.plan ?? head.plan,
    report: recording.report(),
    journey: (id) => builder.journey(id),
    frame: (number) => builder.frame(number)?.bytes ?? new Uint8Array(),
    ...(capturePoints && { capturePoints: new Set(capturePoints) }),
  };
}

/**
 * What hosts recorded in one file, as a column of a comparison. It is told by what its frames say of their network, for the
 * topology of another model would call right what is wrong; so nobody vouches for it, and nothing is judged by it.
 * @returns A note where nothing can be told.
 */
export async function comparedCapture(
  source: CaptureSource,
  reading: Omit<CaptureReading, 'isInferred'>,
): Promise<Compared | CaptureNote> {
  const unread = problemOfReading([source]);
  if (unread) return unread;
  const { translate, signal, pause } = reading;
  const files = [source.name];
  const nameOf = (place: number, number: number) => frameNameOf(files, { source: place, number });
  const { text, gist } = inferredNetwork([source], nameOf, translate);
  if (text === undefined) return { code: 'nothing-to-compare', params: { file: source.name } };
  const { plan } = loadTopology(text, 'inferred.lblab.yaml');
  if (!plan) return { code: 'unloadable-to-compare', params: { file: source.name } };
  const goOn = () => {
    if (signal.aborted) throw new Cancelled();
  };
  const told = await inTurns(tellingCaptures([source], plan), goOn, pause);
  if (told.problem) return told.problem;
  const recording = await captureRecording(told, { ...reading, isInferred: true });
  return { ...fromRecording(recordedOf(recording)), lab: source.name, recording: { inferred: gist } };
}
