import type { Translate } from '../../../l10n/translate.ts';
import type { LabEvent, PlanEvent } from '../../../lab/events.ts';
import { inSlices, type Pause } from './in-slices.ts';
import { LabRecording, type RecordingHead, type RecordingLimits } from './lab-recording.ts';
import type { Most } from './recent-events.ts';
import type { RecordedChange } from './recorded-change.ts';
import { isRecordedChange, isRecordingHead, isSavedEvent } from './recording-shape.ts';

/** Another layout is another number: what another version saved is not read. */
const VERSION = 2;
/** A longer recording is not saved whole: of older frames nobody finds anything again after a restart. */
const MOST = { events: 100_000, bytes: 32 << 20 };
/** A part is about so long, or one record. */
const PART_BYTES = 1 << 20;
/** Before each record: the lengths of its JSON text and of its bytes, as 32-bit numbers, little endian. */
const LENGTHS = 8;

/** What is saved: a recording, or what else has kept its events. */
export interface SavedSource {
  readonly head: RecordingHead;
  readonly plans: readonly PlanEvent[];
  readonly changes: readonly RecordedChange[];
  /** In the order in which they were told; `undefined` stands for a step without one. */
  recent(most: Most): Iterable<LabEvent | undefined>;
}

interface Head {
  readonly version: number;
  readonly head: RecordingHead;
  readonly changes: readonly RecordedChange[];
}

/**
 * A recording in parts, so that it outlives the window: records of JSON and a frame's bytes, the head first. No record
 * lies across two parts. `undefined` stands for a step that made no part: whoever saves may pause at any.
 */
export function* savedParts(
  recording: SavedSource,
  most: Most = MOST,
): Generator<Uint8Array | undefined, void> {
  const writer = new PartWriter();
  let isFirst = true;
  for (const event of recording.recent(most)) {
    if (!event) {
      yield undefined;
      continue;
    }
    if (isFirst) yield* writer.add(...beginning(recording, event));
    isFirst = false;
    yield* writer.add(event);
  }
  if (!isFirst) yield* writer.end();
}

/** Undefined for what is not a recording of this version. Reads the parts as they come, and pauses now and then. */
export async function readRecording(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: RecordingLimits,
  translate: Translate,
  pause?: Pause,
): Promise<LabRecording | undefined> {
  let recording: LabRecording | undefined;
  try {
    for await (const part of parts)
      await inSlices(
        recordsOf(part),
        ({ json, bytes }) => {
          if (recording) {
            if (!isSavedEvent(json)) throw new RangeError('no event');
            recording.add([json.kind === 'frame' ? { ...json, bytes } : json]);
            return;
          }
          const { version, head, changes } = json as unknown as Head;
          if (version !== VERSION) throw new RangeError('another version');
          if (!isRecordingHead(head) || !changes.every(isRecordedChange)) throw new RangeError('no head');
          recording = new LabRecording(head, limits, translate);
          recording.changes.push(...changes);
        },
        pause,
      );
    return recording;
  } catch {
    return undefined;
  }
}

/** What stands before the first event: the head, with the plan in force, and that plan as an event when it is not the first. */
function beginning(recording: SavedSource, { timeNs, kind }: LabEvent): (Head | LabEvent)[] {
  const plan = recording.plans.findLast((one) => one.timeNs <= timeNs);
  const head: Head = {
    version: VERSION,
    head: { ...recording.head, ...(plan && { plan: plan.plan }) },
    changes: recording.changes,
  };
  return plan && kind !== 'plan' ? [head, plan] : [head];
}

class PartWriter {
  readonly #encoder = new TextEncoder();
  #part = new Uint8Array(PART_BYTES);
  #end = 0;

  /** Yields the part that became full, or that there is none. */
  *add(...records: readonly (Head | LabEvent)[]): Generator<Uint8Array | undefined, void> {
    for (const record of records) {
      const frame = 'kind' in record && record.kind === 'frame' ? record : undefined;
      const bytes = frame?.bytes ?? NO_BYTES;
      const text = this.#encoder.encode(JSON.stringify(frame ? { ...frame, bytes: undefined } : record));
      const length = LENGTHS + text.length + bytes.length;
      if (this.#end > 0 && this.#end + length > this.#part.length) yield* this.end();
      if (length > this.#part.length) this.#part = new Uint8Array(length);
      const lengths = new DataView(this.#part.buffer, this.#end);
      lengths.setUint32(0, text.length, true);
      lengths.setUint32(4, bytes.length, true);
      this.#part.set(text, this.#end + LENGTHS);
      this.#part.set(bytes, this.#end + LENGTHS + text.length);
      this.#end += length;
      yield undefined;
    }
  }

  *end(): Generator<Uint8Array, void> {
    yield this.#part.subarray(0, this.#end);
    this.#part = new Uint8Array(PART_BYTES);
    this.#end = 0;
  }
}

const NO_BYTES = new Uint8Array();

/** Throws for what is no part. */
function* recordsOf(part: Uint8Array): Generator<{ readonly json: LabEvent; readonly bytes: Uint8Array }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  for (let at = 0; at < part.length;) {
    const textAt = at + LENGTHS;
    const bytesAt = textAt + view.getUint32(at, true);
    const end = bytesAt + view.getUint32(at + 4, true);
    if (end > part.length) throw new RangeError('cut off');
    const json = JSON.parse(decoder.decode(part.subarray(textAt, bytesAt))) as LabEvent;
    yield { json, bytes: part.subarray(bytesAt, end) };
    at = end;
  }
}
