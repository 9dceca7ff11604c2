import type { Translate } from '../../../l10n/translate.ts';
import type { NodeEvent, PlanEvent } from '../../../lab/events.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { MysteryProgress } from '../../../mystery/progress.ts';
import { Turns } from '../../../lab/turns.ts';
import type { TopologyText } from '../language/topology-text.ts';
import type { TopologyTexts } from '../language/topology-texts.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import { brokenFile } from './broken-file.ts';
import { describeEdit } from './describe-edit.ts';
import { EventIntake } from './event-intake.ts';
import type { EngineSource } from './lab-engine.ts';
import { Cancelled } from './lab-failure.ts';
import { LabRecording, type RecordingHead, type RecordingLimits } from './lab-recording.ts';
import { LabRun, type RunOptions } from './lab-run.ts';
import { HiddenPlan } from './hidden-plan.ts';
import { LabVersion } from './lab-version.ts';
import { Listeners, type Ending } from './listeners.ts';
import type { RecordingNews } from './recorded-change.ts';
import type { Attachment } from './unplugged.ts';

export interface StartOptions extends Pick<RunOptions, 'signal' | 'onStep' | 'onWarning'> {
  /** Goes on with the recording there is: a row says that the lab was restarted. */
  readonly keep?: boolean;
  /** Interfaces that are off their segments from the start, as by hand. */
  readonly unplugged?: readonly Attachment[];
}

export interface SessionParts {
  /** The file's address, as text. */
  readonly uri: string;
  /** Its name without folders. */
  readonly file: string;
  readonly texts: TopologyTexts;
  readonly translate: Translate;
  /** Asked at each start. */
  readonly limits: () => RecordingLimits;
  /** What is hidden under a file, if it is a mystery's. */
  readonly mysteryOf?: (uri: string) => MysteryProgress | undefined;
}

/** One topology file's lab, one thing after another: its version of the file, its run, and the recording of what it told. */
export class LabSession {
  readonly uri: string;
  readonly file: string;
  readonly run: LabRun;
  /** Tells of new events, another state and applied changes. Often: gather before working. */
  readonly onDidChange: (listener: (news: RecordingNews) => void) => Ending;
  readonly #parts: SessionParts;
  readonly #listeners = new Listeners<RecordingNews>();
  #version: LabVersion;
  #recording: LabRecording;
  /** Of the run there is or was: what is sealed stays so until the next start. */
  #hidden: HiddenPlan;
  /** Of the engine that runs or ran last. */
  #intake: EventIntake | undefined;
  #outcome: ApplyOutcome | undefined;
  #isCovered = false;
  /** A save during a start is applied after it. */
  readonly #turns = new Turns();

  /** Throws a `LabFailure` when the text has errors: there is no lab without a plan. */
  constructor(parts: SessionParts, text: string) {
    this.uri = parts.uri;
    this.file = parts.file;
    this.run = new LabRun(parts.translate, () => this.#listeners.tell('state'));
    this.onDidChange = this.#listeners.add;
    this.#parts = parts;
    this.#version = this.#read(text);
    this.#hidden = this.#newHidden();
    this.#recording = this.#newRecording('embedded', '');
  }

  /** As applied last. */
  get version(): LabVersion {
    return this.#version;
  }

  /** Stays for as long as somebody may look at it: until a start begins another one. */
  get recording(): LabRecording {
    return this.#recording;
  }

  /** What the present recording is sealed for, or was. */
  get mystery(): MysteryProgress | undefined {
    return this.#hidden.mystery;
  }

  /** As it runs: the file's, with what is hidden under it. */
  get runningPlan(): Plan {
    return this.#hidden.planOf(this.#version);
  }

  /** What came of the last change of the file, for the status. */
  get outcome(): ApplyOutcome | undefined {
    return this.#outcome;
  }

  /** Somebody predicts what its forwarders do: what would tell is closed meanwhile. */
  get isCovered(): boolean {
    return this.#isCovered;
  }

  setCovered(isCovered: boolean): void {
    if (isCovered === this.#isCovered) return;
    this.#isCovered = isCovered;
    this.#listeners.tell('state');
  }

  nodeState(name: string): NodeEvent['state'] {
    const { kind } = this.run.state;
    if (kind !== 'running' && kind !== 'starting') return 'stopped';
    return this.#recording.nodes.get(name)?.state ?? 'starting';
  }

  /**
   * Starts the lab with this text. Rejects with a `LabFailure`, or with `Cancelled` when the signal came first; nothing
   * of the lab is left then. A text with errors leaves a lab that runs as it is.
   * @param source Or what chooses it: what is saved meanwhile is applied after the start.
   */
  start(
    text: string,
    source: EngineSource | (() => Promise<EngineSource>),
    options: StartOptions = {},
  ): Promise<void> {
    return this.#turns.next(async () =>
      this.#start(text, typeof source === 'function' ? await source() : source, options),
    );
  }

  /** Ends the lab and keeps its recording. */
  stop(): Promise<void> {
    return this.#turns.next(() => this.run.stop());
  }

  /** See `LabRun.leave`. */
  leave(): Promise<void> {
    return this.#turns.next(() => this.run.leave());
  }

  /** Takes the text to the running lab, in place. */
  apply(text: string): Promise<ApplyOutcome> {
    return this.#turns.next(async () => {
      // A command that saves takes the same text here twice: what came of it the first time stays said.
      const isAgain = text === this.#version.text && this.#outcome?.kind === 'applied';
      const outcome = await this.#apply(text);
      if (!isAgain) this.#outcome = outcome;
      this.#listeners.tell('state');
      return outcome;
    });
  }

  /** Sends one request of a traffic entry of the plan now; a lab that does not run does nothing. */
  async request(trafficIndex = 0): Promise<void> {
    if (this.#version.plan.traffic[trafficIndex]) await this.run.engine?.request(trafficIndex);
  }

  /**
   * Takes a node's interface off its segment by hand, or puts it back. It stays so over changes of the file, until a
   * restart. False when there is no such interface, it is down by the file, or the lab does not run.
   */
  unplug(node: string, segment: string, off: boolean): Promise<boolean> {
    return this.#turns.next(async () => {
      const plan = this.runningPlan;
      const port = plan.nodes
        .find(({ name }) => name === node)
        ?.interfaces.find((one) => one.segment === segment);
      if (!this.run.isRunning || !port || port.down) return false;
      if (this.run.unplugged.has(node, segment) === off) return true;
      const text = this.#parts.translate(off ? 'extension.unplugged' : 'extension.plugged-in', {
        node,
        segment,
      });
      const cause = this.#intake?.causeOf([{ path: ['nodes', node, 'at', segment], text }], 'by-hand');
      await this.run.unplug(plan, { node, segment }, off, cause);
      return true;
    });
  }

  /** Everything recorded so far goes, the lab runs on. */
  clear(): void {
    const { nodes, lastNs: timeNs, head } = this.#recording;
    const { plan } = this.#version;
    this.#recording = this.#newRecording(head.engine, head.startedAt);
    this.#intake?.divert(this.#recording);
    const begun: PlanEvent = { kind: 'plan', timeNs, epoch: 0, plan, changes: [], durationNs: 0 };
    this.#recording.add([begun, ...nodes.values()]);
    this.#listeners.tell('plan');
  }

  /** Takes up what was recorded before the window was reloaded. Only before the first start. */
  restore(recording: LabRecording): void {
    this.#recording = recording;
    this.run.rest(recording);
    this.#listeners.tell('plan');
  }

  async #start(text: string, source: EngineSource, options: StartOptions): Promise<void> {
    const { keep = false, unplugged = [], ...others } = options;
    let version: LabVersion;
    try {
      version = this.#read(text);
      await this.run.stop();
    } catch (error) {
      source.close?.();
      throw error;
    }
    const before = this.#recording;
    this.#hidden = this.#newHidden();
    const goesOn =
      keep &&
      !before.isEmpty &&
      before.head.engine === source.name &&
      before.isSealed === this.#hidden.isSealed;
    const edits = describeEdit(this.#version.document.written, version.document.written);
    this.#version = version;
    this.#outcome = undefined;
    before.nodes.clear();
    const intake = new EventIntake({
      goesOn: goesOn ? before : undefined,
      restarted: edits,
      takesUp: source.takesUp ?? false,
      startedAt: () => this.run.startedAt,
      begin: (startedAt) => (this.#recording = this.#newRecording(source.name, startedAt)),
      lineOf: (path) => this.#version.places.of(path).start.line,
    });
    this.#intake = intake;
    try {
      await this.run.start(source, this.runningPlan, {
        ...others,
        uri: this.uri,
        // What goes on must not repeat the ports and numbers of what is recorded above it.
        seed: goesOn ? before.epoch + 2 : 1,
        unplugged,
        emit: (events) => {
          for (const news of intake.take(this.#hidden.told(events))) this.#listeners.tell(news);
        },
      });
    } catch (error) {
      if (error instanceof Cancelled && this.run.state.kind === 'starting') this.run.rest(this.#recording);
      throw error;
    }
  }

  async #apply(text: string): Promise<ApplyOutcome> {
    if (!this.run.isRunning) return { kind: 'unchanged' };
    const version = LabVersion.of(this.#topology(text));
    if (!(version instanceof LabVersion)) return { kind: 'invalid', problems: version };
    const before = this.#version;
    this.#version = version;
    const edits = describeEdit(before.document.written, version.document.written);
    const began = Date.now();
    try {
      const isChanged = await this.run.apply(this.runningPlan, this.#intake?.causeOf(edits, 'applied'));
      if (!isChanged) return { kind: 'unchanged' };
    } catch (error) {
      this.#version = before;
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
    return { kind: 'applied', texts: edits.map((edit) => edit.text), durationMs: Date.now() - began };
  }

  #newRecording(engine: RecordingHead['engine'], startedAt: string): LabRecording {
    const head = { engine, startedAt, plan: this.#version.plan };
    return new LabRecording(head, this.#parts.limits(), this.#parts.translate, this.#hidden.isSealed);
  }

  #newHidden(): HiddenPlan {
    return new HiddenPlan(this.#parts.mysteryOf?.(this.uri), () => this.#version.plan);
  }

  #topology(text: string): TopologyText {
    return this.#parts.texts.of({ uri: this.uri, name: this.file, text });
  }

  /** Throws a `LabFailure` that leads to the first error. */
  #read(text: string): LabVersion {
    const version = LabVersion.of(this.#topology(text));
    if (version instanceof LabVersion) return version;
    throw brokenFile(this.#parts, version, this.#parts.translate);
  }
}
