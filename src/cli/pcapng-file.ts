import { marksOf, PcapngExport, type CapturedPoints } from '../journey/export-pcapng.ts';
import type { Report } from '../journey/report.ts';
import type { LabEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Translate } from '../l10n/translate.ts';
import type { Redaction } from '../packet/redact.ts';
import { Output } from './files.ts';

/** What is held back for its comments, at the most. */
export interface PcapngLimits {
  readonly maxFrames: number;
  readonly maxBytes: number;
}

/**
 * The pcapng file of a recording, however long it is. Frames are held back until the end, when it is known what became
 * of them; past the limits the oldest are written as they are, without comments.
 */
export class PcapngFile {
  readonly name: string;
  readonly #translate: Translate;
  readonly #limits: PcapngLimits;
  readonly #redaction: Redaction | undefined;
  readonly #captured: CapturedPoints | undefined;
  /** Those from `#first` on are held back. */
  #events: LabEvent[] = [];
  #first = 0;
  #frames = 0;
  #bytes = 0;
  #output: Output | undefined;
  #export: PcapngExport | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param captured Of a capture of some hosts. */
  constructor(
    name: string,
    translate: Translate,
    limits: PcapngLimits,
    redaction?: Redaction,
    captured?: CapturedPoints,
  ) {
    this.#captured = captured;
    this.name = name;
    this.#translate = translate;
    this.#limits = limits;
    this.#redaction = redaction;
  }

  /** @param startedAt See `Report`. Never throws: an engine that tells its events has nothing to do with a full disk. */
  add(event: LabEvent, startedAt: string): void {
    if (this.#failure || (event.kind !== 'frame' && event.kind !== 'plan' && event.kind !== 'loss')) return;
    this.#events.push(event);
    if (event.kind !== 'frame') return;
    this.#frames += 1;
    this.#bytes += event.bytes.length;
    try {
      while (this.#frames > this.#limits.maxFrames || this.#bytes > this.#limits.maxBytes)
        this.#writeOldest(startedAt);
    } catch (error) {
      this.#failure = { error };
      this.#events = [];
    }
  }

  /** Writes what was held back, with what the report says about it. Throws `CliError` if that, or what came before, failed. */
  finish(report: Report, plan: Plan): void {
    if (this.#failure) throw this.#failure.error;
    const writer = this.#begun(report.startedAt, plan);
    const marks = marksOf(report);
    for (; this.#first < this.#events.length; this.#first += 1) {
      writer.add(this.#events[this.#first]!, marks);
      if (this.#first % WRITTEN_AT_ONCE === 0) this.#write(writer);
    }
    writer.end();
    this.#write(writer);
    this.#output?.close();
  }

  #writeOldest(startedAt: string): void {
    const event = this.#events[this.#first]!;
    const writer = this.#begun(startedAt);
    writer.add(event);
    this.#first += 1;
    if (event.kind === 'frame') {
      this.#frames -= 1;
      this.#bytes -= event.bytes.length;
    }
    if (this.#first % WRITTEN_AT_ONCE === 0) this.#write(writer);
    // Not for each event: what is left is copied.
    if (this.#first < WRITTEN_AT_ONCE || this.#first < this.#events.length * GONE_SHARE) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  #begun(startedAt: string, ...known: readonly Plan[]): PcapngExport {
    if (this.#export) return this.#export;
    const held = this.#events.flatMap((event) => (event.kind === 'plan' ? [event.plan] : []));
    this.#export = new PcapngExport(startedAt, this.#translate, this.#redaction, this.#captured);
    this.#export.begin([...held, ...known]);
    this.#output = new Output(this.name);
    return this.#export;
  }

  #write(writer: PcapngExport): void {
    this.#output?.write(writer.take());
  }
}

/** Events. */
const WRITTEN_AT_ONCE = 1000;
/** So many of the events may be written and still be held. */
const GONE_SHARE = 0.2;
