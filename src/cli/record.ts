import { LabRecording } from '../extension/core/labs/lab-recording.ts';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Journey, Report } from '../journey/report.ts';
import type { Journeys } from '../mystery/seal-report.ts';
import type { Engine } from '../lab/engine.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Redaction } from '../packet/redact.ts';
import type { ChosenEngine } from './choose-engine.ts';
import type { Cli } from './cli.ts';
import { cutLines, type Cut } from './cut-lines.ts';
import { Interruption } from './interruption.ts';
import { PcapngFile } from './pcapng-file.ts';
import { watchTopology } from './watch-topology.ts';
import { asCliError } from './with-docker.ts';

/** On Docker, where time is real, a run ends after so many seconds even if something is still to come. */
const LONGEST_RUN_S = 120;
const FOREVER_S = 1e6;
/** Worked out on the way, so that who interrupts a long run does not wait for what it means: some 20 ms at once. */
const EVENTS_AT_ONCE = 500;
/** A run is reported whole, however long it was. */
const EVERYTHING = { maxFrames: Infinity, maxBytes: Infinity };
const NO_BYTES = new Uint8Array();
/** What goes on until somebody ends it keeps the newest. */
export const NEWEST = { maxFrames: 200_000, maxBytes: 256 << 20 };

export interface RecordOptions {
  /** Seconds of the lab's time. */
  readonly duration: number | undefined;
  /** Until interrupted or `duration` is over, whatever has been sent. */
  readonly open?: boolean;
  /** How the lab ends; it is stopped when left out. */
  readonly end?: () => Promise<void>;
  /** Applies the file each time it is saved, until interrupted or `duration` is over. */
  readonly pcapng?: string | undefined;
  /** Of the pcapng. */
  readonly redaction?: Redaction | undefined;
  /** For whoever wants more of it than its report. */
  readonly keepsEvents?: boolean;
  readonly watch?: { readonly file: string; readonly adapt: (plan: Plan) => Plan };
}

export interface RecordedRun {
  readonly report: Report;
  /** A packet of the report, by its number. */
  readonly journey: (id: number) => Journey;
  /** The captured bytes of a frame, by its number; empty for one that was given up. */
  readonly frame: (number: number) => Uint8Array;
  /** What was told, if it was to be kept. */
  readonly recording?: LabRecording | undefined;
  /** To be finished. */
  readonly pcapng?: PcapngFile | undefined;
  /** By Ctrl-C or a request to end. */
  readonly interrupted: boolean;
}

/** Runs the lab from its start to its end, and takes it away whatever happens. */
export async function record(
  cli: Cli,
  plan: Plan,
  chosen: ChosenEngine,
  { duration, watch, open, end: endLab, pcapng: file, redaction, keepsEvents }: RecordOptions,
): Promise<RecordedRun> {
  const limits = watch || open ? NEWEST : EVERYTHING;
  const pcapng = file === undefined ? undefined : new PcapngFile(file, cli.translate, limits, redaction);
  let builder: Journeys | undefined;
  let recording: LabRecording | undefined;
  let unread = 0;
  const begun = (): Journeys => {
    const { name, startedAt } = engine;
    const { translate } = cli;
    if (!keepsEvents) return new JourneyBuilder(plan, { engine: name, startedAt, translate, ...limits });
    recording = new LabRecording({ engine: name, startedAt, plan }, limits, translate);
    return recording.builder;
  };
  const engine: Engine = await chosen.make(
    plan,
    (events) => {
      // The engine knows its start for certain when its first event comes.
      builder ??= begun();
      for (const event of events) pcapng?.add(event, engine.startedAt);
      for (let at = 0; at < events.length;) {
        const some = events.slice(at, at + EVENTS_AT_ONCE - unread);
        (recording ?? builder).add(some);
        at += some.length;
        unread = (unread + some.length) % EVENTS_AT_ONCE;
        if (unread === 0) builder.keepUp();
      }
    },
    watch !== undefined,
  );
  const interruption = new Interruption();
  let failure: Error | undefined;
  const over = engine.over?.then((why) => void (failure = why));
  const end = Promise.race([interruption.happened, ...(over ? [over] : [])]);
  let isWhole = true;
  let why: Cut = 'ended';
  let cutNs: number;
  try {
    await Promise.race([engine.start(), end]);
    if (!interruption.did) {
      if (watch) await watched(cli, engine, watch, duration, end);
      else if (open) await overOr(duration, end);
      else {
        const limit = duration ?? (engine.name === 'docker' ? LONGEST_RUN_S : Infinity);
        const settled = engine.settled(limit * 1e9);
        isWhole = (await Promise.race([settled, end])) === true;
        why = engine.nowNs < limit * 1e9 ? 'ended' : duration === undefined ? 'docker' : 'duration';
      }
    }
    if (failure) throw failure;
    if (interruption.did) why = 'interrupted';
    cutNs = engine.nowNs;
    await (endLab ?? (() => engine.stop()))();
  } catch (error) {
    // An engine that is gone cannot take the lab away either; what went wrong first is told.
    await engine.stop().catch(() => undefined);
    throw asCliError(error);
  } finally {
    chosen.close();
    interruption.end();
  }
  const kept = builder ?? begun();
  const report = kept.report();
  if (!open)
    for (const line of cutLines(report, isWhole, why, cutNs, cli.translate))
      cli.err(cli.paint('warning', line));
  return {
    report,
    journey: (id) => kept.journey(id)!,
    frame: (number) => kept.frame(number)?.bytes ?? NO_BYTES,
    recording,
    pcapng,
    interrupted: interruption.did,
  };
}

async function watched(
  cli: Cli,
  engine: Engine,
  { file, adapt }: NonNullable<RecordOptions['watch']>,
  duration: number | undefined,
  end: Promise<void>,
): Promise<void> {
  cli.err(cli.paint('routine', cli.translate('cli.watching', { file })));
  const stop = watchTopology(cli, file, async (plan) => {
    const began = performance.now();
    await engine.apply(adapt(plan));
    cli.err(cli.translate('cli.applied', { file, ms: Math.round(performance.now() - began) }));
  });
  await overOr(duration, end);
  stop();
}

async function overOr(duration: number | undefined, end: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.min(duration ?? FOREVER_S, FOREVER_S) * 1000);
  });
  await Promise.race([over, end]);
  clearTimeout(timer);
}
