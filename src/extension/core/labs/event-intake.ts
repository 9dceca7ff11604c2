import type { LabEvent, PlanEvent } from '../../../lab/events.ts';
import type { Path } from '../../../lab/topology/places.ts';
import type { EditedSetting } from './describe-edit.ts';
import type { LabRecording } from './lab-recording.ts';
import { nsBetween } from './lab-time.ts';
import type { RecordedChange, RecordingNews } from './recorded-change.ts';

export interface IntakeOptions {
  /** Where the events of this run go on; undefined when they begin a recording. */
  readonly goesOn: LabRecording | undefined;
  /** What was edited since the run before. */
  readonly restarted: readonly EditedSetting[];
  /** The engine took up a lab that ran already: see `EngineSource.takesUp`. */
  readonly takesUp: boolean;
  /** Final by the engine's first event. */
  readonly startedAt: () => string;
  readonly begin: (startedAt: string) => LabRecording;
  /** The line, from 1, of a setting in the file as it was applied last. */
  readonly lineOf: (path: Path) => number;
}

interface Cause {
  readonly edits: readonly EditedSetting[];
  readonly kind: RecordedChange['kind'];
}

/** The events of one run of an engine on their way into a recording, on its clock and in its epochs. */
export class EventIntake {
  readonly #options: IntakeOptions;
  /** Given to the engine, and not told by it yet: what changes nothing is never told. */
  readonly #causes = new Map<number, Cause>();
  #lastCause = 0;
  #recording: LabRecording | undefined;
  #shiftNs = 0;
  #shiftRequests = 0;
  /** Undefined until a lab that was taken up has told its own epoch. */
  #shiftEpochs: number | undefined = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** What to give `Engine.apply` for its `plan` event to be told as this. */
  causeOf(edits: readonly EditedSetting[], kind: 'applied' | 'by-hand'): number {
    this.#lastCause += 1;
    this.#causes.set(this.#lastCause, { edits, kind });
    return this.#lastCause;
  }

  /** From now on into another recording, whose first epoch is the present one. */
  divert(recording: LabRecording): void {
    if (this.#recording && this.#shiftEpochs !== undefined) this.#shiftEpochs -= this.#recording.epoch;
    this.#recording = recording;
  }

  /** Records them, and says what is new by that: another plan first. */
  take(events: readonly LabEvent[]): Set<RecordingNews> {
    const recording = (this.#recording ??= this.#start());
    const news = new Set<RecordingNews>();
    if (events.some(({ kind }) => kind === 'plan')) news.add('plan');
    const recorded: LabEvent[] = [];
    for (const event of events) {
      if (event.kind !== 'plan') {
        recorded.push(this.#shifted(event));
        news.add('events');
        continue;
      }
      if (this.#shiftEpochs === undefined) {
        // A lab that was taken up says first where it is: in the epoch that is recorded already.
        this.#shiftEpochs = recording.epoch - event.epoch;
        continue;
      }
      const epoch = event.epoch + this.#shiftEpochs;
      const told = { ...event, timeNs: event.timeNs + this.#shiftNs, epoch };
      if (epoch > 0) recording.changes.push(this.#changeRow(told));
      recorded.push(told);
    }
    recording.add(recorded);
    return news;
  }

  /** Each run has its own time 0, and counts its requests from 1. */
  #shifted(event: Exclude<LabEvent, PlanEvent>): LabEvent {
    if (this.#shiftNs === 0 && this.#shiftRequests === 0) return event;
    const timeNs = event.timeNs + this.#shiftNs;
    if (event.kind === 'health') return { ...event, timeNs, probedNs: event.probedNs + this.#shiftNs };
    if (event.kind !== 'request') return { ...event, timeNs };
    const { id, number = id } = event;
    return { ...event, timeNs, id: id + this.#shiftRequests, number };
  }

  #start(): LabRecording {
    const { goesOn, takesUp, startedAt, begin } = this.#options;
    if (!goesOn) return begin(startedAt());
    const { lastNs, lastRequest, epoch, head } = goesOn;
    this.#shiftRequests = lastRequest;
    const ns = nsBetween(head.startedAt, startedAt());
    // Another run is told after everything that is recorded, whatever the clocks say.
    this.#shiftNs = takesUp ? ns : Math.max(lastNs, ns);
    this.#shiftEpochs = takesUp ? undefined : epoch + 1;
    return goesOn;
  }

  #changeRow(event: PlanEvent): RecordedChange {
    if (event.by !== undefined) {
      const { epoch, timeNs, durationNs, by } = event;
      return { epoch, timeNs, durationNs, texts: [by], kind: 'planned' };
    }
    const { edits, kind } = this.#causeOf(event);
    const [first] = edits;
    return {
      epoch: event.epoch,
      timeNs: event.timeNs,
      durationNs: event.durationNs,
      texts: edits.map(({ text }) => text),
      ...(first && { line: this.#options.lineOf(first.path) }),
      kind,
    };
  }

  #causeOf({ cause, changes }: PlanEvent): Cause {
    // The first of a run that begins below another one.
    if (changes.length === 0 && !this.#options.takesUp)
      return { edits: this.#options.restarted, kind: 'restarted' };
    const told = (cause !== undefined && this.#causes.get(cause)) || { edits: [], kind: 'applied' };
    for (const one of this.#causes.keys()) if (one <= (cause ?? 0)) this.#causes.delete(one);
    return told;
  }
}
