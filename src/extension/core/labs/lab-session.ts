import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { JourneyBuilder } from '../../../journey/journey-builder.ts';
import type { Report } from '../../../journey/report.ts';
import type { Engine, NodeSetting } from '../../../lab/engine.ts';
import type { FrameEvent, LabEvent, NodeEvent, PlanEvent } from '../../../lab/events.ts';
import type { NodeState } from '../../../lab/node-state.ts';
import { diffPlans } from '../../../lab/topology/diff.ts';
import { Turns } from '../../../lab/turns.ts';
import { loadTopology, type LoadedTopology } from '../../../lab/topology/load.ts';
import { plannedOf } from '../../../lab/topology/plan-traffic.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { LabState } from '../../../lab/lab-state.ts';
import type { Place } from '../../../lab/place.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import { describeEdit, type EditedSetting } from './describe-edit.ts';
import { EventIntake } from './event-intake.ts';
import { pathOf } from './file-path.ts';
import type { EngineSource } from './lab-engine.ts';
import { Cancelled, LabFailure, type Remedy } from './lab-failure.ts';
import { LabRecording, type RecordingLimits } from './lab-recording.ts';
import { Listeners, type Ending } from './listeners.ts';
import type { OpenedConnections } from './opened-connections.ts';
import type { RecordedChange, RecordingNews } from './recorded-change.ts';
import { Unplugged, type Port } from './unplugged.ts';

export interface StartOptions {
  readonly signal?: AbortSignal;
  /** Goes on with the recording there is: a row says that the lab was restarted. */
  readonly keep?: boolean;
  /** Interfaces that are off their segments from the start, as by hand. */
  readonly unplugged?: readonly Port[];
  readonly onStep?: (text: string) => void;
  readonly onWarning?: (text: string) => void;
}

export interface SessionParts {
  /** The file's address, as text. */
  readonly uri: string;
  /** Its name without folders. */
  readonly file: string;
  readonly translate: Translate;
  /** Asked at each start. */
  readonly limits: () => RecordingLimits;
}

/** A version of the file that was taken to the lab, or is on its way there. */
interface Version {
  readonly text: string;
  readonly loaded: LoadedTopology;
  readonly plan: Plan;
}

/** One topology file's lab: its engine while it runs, and its recording for as long as somebody may look at it. */
export class LabSession {
  readonly uri: string;
  readonly file: string;
  /** Tells of new events, another state and applied changes. Often: gather before working. */
  readonly onDidChange: (listener: (news: RecordingNews) => void) => Ending;
  readonly #parts: SessionParts;
  readonly #listeners = new Listeners<RecordingNews>();
  #version: Version;
  #source: EngineSource | undefined;
  #engine: Engine | undefined;
  #engineName: Engine['name'] = 'embedded';
  #recording: LabRecording;
  /** Of the engine that runs or ran last. */
  #intake: EventIntake | undefined;
  #state: LabState = { kind: 'none', reason: 'not-running' };
  #outcome: ApplyOutcome | undefined;
  #notice: string | undefined;
  #remedy: Remedy | undefined;
  readonly #unplugged = new Unplugged();
  /** A save during a start is applied after it. */
  readonly #turns = new Turns();

  /** Throws a `LabFailure` when the text has errors: there is no lab without a plan. */
  constructor(parts: SessionParts, text: string) {
    this.uri = parts.uri;
    this.file = parts.file;
    this.onDidChange = this.#listeners.add;
    this.#parts = parts;
    this.#version = this.#read(text);
    this.#recording = this.#newRecording('embedded', '');
  }

  /** That it runs or ran on last, or is being started on. */
  get engine(): Engine['name'] {
    return this.#engineName;
  }

  /** Empty before the lab's first event. */
  get startedAt(): string {
    return this.#recording.head.startedAt;
  }

  /** As applied last. */
  get plan(): Plan {
    return this.#version.plan;
  }

  get text(): string {
    return this.#version.text;
  }

  get loaded(): LoadedTopology {
    return this.#version.loaded;
  }

  get recording(): LabRecording {
    return this.#recording;
  }

  get builder(): JourneyBuilder {
    return this.#recording.builder;
  }

  get plans(): readonly PlanEvent[] {
    return this.#recording.plans;
  }

  get changes(): readonly RecordedChange[] {
    return this.#recording.changes;
  }

  get opened(): OpenedConnections {
    return this.#recording.opened;
  }

  get state(): LabState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  /** What helps against a start that failed. */
  get remedy(): Remedy | undefined {
    return this.#state.kind === 'failed' ? this.#remedy : undefined;
  }

  /** What came of the last change of the file, for the status. */
  get outcome(): ApplyOutcome | undefined {
    return this.#outcome;
  }

  /** Of the running lab, for what only one of them can do. */
  get runningEngine(): Engine | undefined {
    return this.isRunning ? this.#engine : undefined;
  }

  events(): readonly LabEvent[] {
    return this.#recording.events();
  }

  /** Those of the frames among these, in their order. */
  frameNumbers(): readonly number[] {
    return this.#recording.frameNumbers();
  }

  /** By record number, from 1; `undefined` when it was evicted. */
  frame(number: number): FrameEvent | undefined {
    return this.#recording.frame(number);
  }

  report(): Report {
    return this.#recording.report();
  }

  nodeState(name: string): NodeEvent['state'] {
    if (this.#state.kind !== 'running' && this.#state.kind !== 'starting') return 'stopped';
    return this.#recording.nodes.get(name)?.state ?? 'starting';
  }

  /**
   * Starts the lab with this text. Rejects with a `LabFailure`, or with `Cancelled` when the signal came first; nothing
   * of the lab is left then.
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
    return this.#turns.next(() => this.#stop());
  }

  /** The window goes: a lab that can be taken up again runs on without it, any other ends. */
  leave(): Promise<void> {
    return this.#turns.next(async () => {
      const engine = this.#engine;
      if (engine && isDetachable(engine)) {
        await engine.detach();
        this.#source?.close?.();
      } else await this.#stop();
    });
  }

  /** Takes the text to the running lab, in place. */
  apply(text: string): Promise<ApplyOutcome> {
    return this.#turns.next(async () => {
      // A command that saves takes the same text here twice: what came of it the first time stays said.
      const isAgain = text === this.text && this.#outcome?.kind === 'applied';
      const outcome = await this.#apply(text);
      if (!isAgain) this.#outcome = outcome;
      this.#listeners.tell('state');
      return outcome;
    });
  }

  /** Sends one request of a traffic entry now; a lab that does not run does nothing. */
  async request(trafficIndex = 0): Promise<void> {
    if (this.plan.traffic[trafficIndex]) await this.runningEngine?.request(trafficIndex);
  }

  /** Which entries of the plan's traffic an entry of the file's is, both from 0: one for each of its clients. */
  trafficOf(entry: number): readonly number[] {
    const { document } = this.loaded;
    return document ? plannedOf(document, entry) : [];
  }

  /** False when there is no such node, or a stopped one is to be paused. */
  async setNode(name: string, state: NodeSetting): Promise<boolean> {
    return (await this.runningEngine?.setNode(name, state)) ?? false;
  }

  isUnplugged(node: string, segment: string): boolean {
    return this.#unplugged.has(node, segment);
  }

  get unplugged(): readonly Port[] {
    return this.#unplugged.all;
  }

  /**
   * Takes a node's interface off its segment by hand, or puts it back. It stays so over changes of the file, until a
   * restart. False when there is no such interface, it is down by the file, or the lab does not run.
   */
  unplug(node: string, segment: string, off: boolean): Promise<boolean> {
    return this.#turns.next(async () => {
      const engine = this.runningEngine;
      const port = this.plan.nodes
        .find(({ name }) => name === node)
        ?.interfaces.find((one) => one.segment === segment);
      if (!engine || !port || port.down) return false;
      if (this.isUnplugged(node, segment) === off) return true;
      const text = this.#parts.translate(off ? 'extension.unplugged' : 'extension.plugged-in', {
        node,
        segment,
      });
      const cause = this.#intake?.causeOf([{ path: ['nodes', node, 'at', segment], text }], 'by-hand');
      this.#unplugged.set(node, segment, off);
      try {
        await engine.apply(this.#unplugged.over(this.plan), cause);
      } catch (error) {
        this.#unplugged.set(node, segment, !off);
        throw error;
      }
      this.#listeners.tell('state');
      return true;
    });
  }

  /** What a person would look up on a node now; `undefined` when there is none of that name, or it does not run. */
  async inspect(name: string): Promise<NodeState | undefined> {
    return this.runningEngine?.nodeState(name);
  }

  /** The forwarder's table on a node as it is now; empty for nodes without one. */
  async connections(node: string): Promise<readonly ConnectionView[]> {
    return (await this.inspect(node))?.connections ?? [];
  }

  /** The line, from 1, of a place in the file as it was applied last. */
  lineOf(place: Place): number | undefined {
    if (place.kind === 'line') return place.line;
    const path = pathOf(place);
    const { places } = this.loaded;
    return places.has(path.slice(0, 1)) ? places.of(path).start.line : undefined;
  }

  /** What is worth knowing about a running lab; ready to show. */
  setNotice(notice: string | undefined): void {
    this.#notice = notice;
    if (this.isRunning) this.#setState(this.#runningState());
  }

  /** Everything recorded so far goes, the lab runs on. */
  clear(): void {
    const { nodes, lastNs: timeNs, head } = this.#recording;
    this.#recording = this.#newRecording(head.engine, head.startedAt);
    this.#intake?.divert(this.#recording);
    this.#recording.add({ kind: 'plan', timeNs, epoch: 0, plan: this.plan, changes: [], durationNs: 0 });
    for (const event of nodes.values()) this.#recording.add(event);
    this.#listeners.tell('plan');
  }

  /** Takes up what was recorded before the window was reloaded. Only before the first start. */
  restore(recording: LabRecording): void {
    this.#recording = recording;
    this.#engineName = recording.head.engine;
    this.#setState({ kind: 'stopped' });
    this.#listeners.tell('plan');
  }

  async #start(text: string, source: EngineSource, options: StartOptions): Promise<void> {
    const { signal, onWarning, keep = false, unplugged = [] } = options;
    let engine: Engine | undefined;
    const cancel = () => void engine?.stop().catch(() => undefined);
    try {
      const version = this.#read(text);
      await this.#stop();
      const goesOn = keep && !this.#recording.isEmpty && this.#recording.head.engine === source.name;
      this.#engineName = source.name;
      const edits = describeEdit(this.text, text);
      this.#version = version;
      this.#outcome = undefined;
      this.#unplugged.reset(unplugged);
      this.#recording.nodes.clear();
      this.#setState({
        kind: 'starting',
        step: 1,
        steps: 1,
        text: this.#parts.translate('extension.starting'),
      });
      signal?.addEventListener('abort', cancel);
      const intake = this.#newIntake(source, goesOn ? this.#recording : undefined, edits, () => engine);
      this.#intake = intake;
      const plan = this.#unplugged.over(version.plan);
      engine = await source.make(plan, (event) => this.#listeners.tell(intake.take(event)), {
        uri: this.uri,
        // What goes on must not repeat the ports and numbers of what is recorded above it.
        seed: goesOn ? this.#recording.epoch + 2 : 1,
        onStep: (step) => {
          options.onStep?.(step.text);
          this.#setState({ kind: 'starting', ...step });
        },
        onWarning: (warning) => onWarning?.(warning),
        onReleased: () => {
          if (engine && this.#engine === engine) this.#ended();
        },
      });
      if (signal?.aborted) throw new Cancelled();
      this.#source = source;
      this.#engine = engine;
      await engine.start();
      if (signal?.aborted) throw new Cancelled();
      // The file was edited while nobody watched.
      if (source.takesUp) await engine.apply(plan);
      this.#setState(this.#runningState());
    } catch (error) {
      this.#engine = undefined;
      // One that was there before is left as it was found.
      const end = source.takesUp && engine && isDetachable(engine) ? engine.detach() : engine?.stop();
      await end?.catch(() => undefined);
      source.close?.();
      throw this.#failedStart(signal?.aborted ? new Cancelled() : error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** What to show of a start that came to nothing; a file with errors changes nothing. */
  #failedStart(error: unknown): unknown {
    if (this.#state.kind !== 'starting') return error;
    if (error instanceof Cancelled) {
      const none = { kind: 'none', reason: 'not-running' } as const;
      this.#engineName = this.#recording.head.engine;
      this.#setState(this.#recording.isEmpty ? none : { kind: 'stopped' });
    } else {
      const message = error instanceof Error ? error.message : String(error);
      this.#remedy = error instanceof LabFailure ? error.remedy : undefined;
      this.#setState({ kind: 'failed', message, remedy: this.#remedy?.text ?? '' });
    }
    return error;
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    try {
      await engine.stop();
    } finally {
      this.#ended();
    }
  }

  #ended(): void {
    this.#engine = undefined;
    this.#source?.close?.();
    this.#setState({ kind: 'stopped' });
  }

  async #apply(text: string): Promise<ApplyOutcome> {
    const engine = this.runningEngine;
    if (!engine) return { kind: 'unchanged' };
    const loaded = loadTopology(text, this.file);
    const { plan, problems } = loaded;
    if (!plan) return { kind: 'invalid', problems };
    const before = this.#version;
    this.#version = { text, loaded, plan };
    if (diffPlans(before.plan, plan).length === 0) return { kind: 'unchanged' };
    const edits = describeEdit(before.text, text);
    const began = Date.now();
    try {
      await engine.apply(this.#unplugged.over(plan), this.#intake?.causeOf(edits, 'applied'));
    } catch (error) {
      this.#version = before;
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
    return { kind: 'applied', texts: edits.map((edit) => edit.text), durationMs: Date.now() - began };
  }

  #newIntake(
    source: EngineSource,
    goesOn: LabRecording | undefined,
    restarted: readonly EditedSetting[],
    engine: () => Engine | undefined,
  ): EventIntake {
    return new EventIntake({
      goesOn,
      restarted,
      takesUp: source.takesUp ?? false,
      startedAt: () => engine()?.startedAt ?? '',
      begin: (startedAt) => (this.#recording = this.#newRecording(source.name, startedAt)),
      lineOf: (path) => this.loaded.places.of(path).start.line,
    });
  }

  #newRecording(engine: Engine['name'], startedAt: string): LabRecording {
    const head = { engine, startedAt, plan: this.plan };
    return new LabRecording(head, this.#parts.limits(), this.#parts.translate);
  }

  /** Throws a `LabFailure` that leads to the first error. */
  #read(text: string): Version {
    const loaded = loadTopology(text, this.file);
    if (loaded.plan) return { text, loaded, plan: loaded.plan };
    const { translate } = this.#parts;
    const problem = loaded.problems.find(({ severity }) => severity === 'error')!;
    const { line } = problem.range.start;
    const params = { file: this.file, line, problem: translate(`problem.${problem.code}`, problem.params) };
    throw new LabFailure(translate('extension.file-has-errors', params), {
      text: translate('extension.show-problem'),
      command: 'lbLab.showProblem',
      arguments: [this.uri, line],
    });
  }

  #runningState(): LabState {
    return { kind: 'running', ...(this.#notice !== undefined && { notice: this.#notice }) };
  }

  #setState(state: LabState): void {
    this.#state = state;
    this.#listeners.tell('state');
  }
}

/** Runs on by itself for a while, so that another window can take it up. */
function isDetachable(engine: Engine): engine is Engine & { detach(): Promise<void> } {
  return 'detach' in engine && typeof engine.detach === 'function';
}
