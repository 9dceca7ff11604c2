import type { Translate } from '../../l10n/translate.ts';
import type { LabEvent } from '../../lab/events.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { LabRecording, type RecordingHead, type RecordingLimits } from './lab-recording.ts';
import type { RecordedChange } from './recorded-change.ts';
import { isRecordedChange, isRecordingHead, isSavedEvent } from './recording-shape.ts';

/** Another layout is another number: what an older version saved is not read. */
const VERSION = 1;
/** A longer recording is not saved whole: of older frames nobody finds anything again after a restart. */
const MOST_EVENTS = 100_000;

interface Saved {
  readonly version: number;
  readonly head: RecordingHead;
  readonly changes: readonly RecordedChange[];
  readonly events: readonly unknown[];
}

/** A recording as text, so that it outlives the window. */
export function saveRecording(recording: LabRecording): string {
  const all = recording.events();
  const events = all.slice(-MOST_EVENTS);
  const first = recording.plans.findLast(({ timeNs }) => timeNs <= (events[0]?.timeNs ?? 0));
  const saved: Saved = {
    version: VERSION,
    head: { ...recording.head, ...(first && { plan: first.plan }) },
    changes: recording.changes,
    events: (events.length < all.length && first ? [first, ...events] : events).map((event) =>
      event.kind === 'frame' ? { ...event, bytes: toBase64(event.bytes) } : event,
    ),
  };
  return JSON.stringify(saved);
}

/** Undefined for what is not a recording of this version. */
export function readRecording(
  text: string,
  limits: RecordingLimits,
  translate: Translate,
): LabRecording | undefined {
  try {
    const saved = JSON.parse(text) as Saved;
    if (saved.version !== VERSION || !isSound(saved)) return undefined;
    const recording = new LabRecording(saved.head, limits, translate);
    recording.changes.push(...saved.changes);
    for (const event of saved.events as (LabEvent & { readonly bytes?: string })[])
      recording.add(
        event.kind === 'frame' ? { ...event, bytes: fromBase64(event.bytes as unknown as string) } : event,
      );
    return recording;
  } catch {
    return undefined;
  }
}

function isSound({ head, changes, events }: Saved): boolean {
  return isRecordingHead(head) && changes.every(isRecordedChange) && events.every(isSavedEvent);
}
