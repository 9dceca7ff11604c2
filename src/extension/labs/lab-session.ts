import type { Translate } from '../../l10n/translate.ts';
import { JourneyBuilder } from '../../journey/journey-builder.ts';
import type { FrameEvent, LabEvent, NodeEvent, PlanEvent } from '../../lab/events.ts';
import { diffPlans } from '../../lab/topology/diff.ts';
import { loadTopology, type LoadedTopology } from '../../lab/topology/load.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import type { Problem } from '../../lab/topology/problem.ts';
import type { ConnectionView } from '../../forwarder/connections/view.ts';
import type { LabState, Place } from '../../webview/protocol.ts';
import { describeEdit, type EditedSetting } from './describe-edit.ts';
import type { EngineSource, LabEngine, NodeOverlay, NodeState } from './lab-engine.ts';
import { Cancelled, LabFailure } from './lab-failure.ts';
import { pathOf } from './file-path.ts';
import { nsBetween } from './lab-time.ts';
import { Listeners, type Ending } from './listeners.ts';
import { OpenedConnections } from './opened-connections.ts';
import type { RecordedChange, RecordingNews } from './recorded-change.ts';
import type { SavedRecording } from './saved-recording.ts';

/** What came of taking a changed file to the running lab. */
export type ApplyOutcome =
  | { readonly kind: 'applied'; readonly texts: readonly string[]; readonly durationMs: number }
  /** Nothing that the lab is made of is different. */
  | { readonly kind: 'unchanged' }
  /** The lab stays as it was. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly error: Error };

export interface StartOptions {
  readonly signal?: AbortSignal;
  /** Goes on with the recording there is: a row says that the lab was restarted. */
  readonly keep?: boolean;
  readonly onStep?: (text: string) => void;
  readonly onWarning?: (text: string) => void;
}

/** One topology file's lab: its engine while it runs, and its recording for as long as somebody may look at it. */
export class LabSession {
  /** The file's address, as text. */
  readonly uri: string;
  readonly file: string;
  /** Tells of new events, another state and applied changes. Often: gather before working. */
  readonly onDidChange: (listener: (news: RecordingNews) => void) => Ending;
  /** Since the lab was first started. */
  opened = new OpenedConnections();
  readonly #translate: Translate;
  readonly #listeners = new Listeners<RecordingNews>();
  readonly #nodes = new Map<string, NodeEvent>();
  #loaded: LoadedTopology;
  #text: string;
  #source: EngineSource | undefined;
  /** Of the recording. */
  #engineName: EngineSource['name'] = 'embedded';
  #engine: LabEngine | undefined;
  #builder: JourneyBuilder | undefined;
  #plan: Plan;
  #startedAt = '';
  #events: LabEvent[] = [];
  #frames: FrameEvent[] = [];
  #plans: PlanEvent[] = [];
  #changes: RecordedChange[] = [];
  /** Applied, but not told by the engine yet. */
  #edits: (readonly EditedSetting[])[] = [];
  #state: LabState = { kind: 'none', reason: 'not-running' };
  /** Of the engine's time and epochs against the recording's. */
  #shift: { readonly ns: number; readonly epochs: number } | undefined;
  #starts = 0;
  #notice: string | undefined;
  #work: Promise<unknown> = Promise.resolve();

  /** Throws a `LabFailure` when the text has errors: there is no lab without a plan. */
  constructor(uri: string, file: string, text: string, translate: Translate) {
    this.uri = uri;
    this.file = file;
    this.#translate = translate;
    this.onDidChange = this.#listeners.add;
    this.#loaded = loadTopology(text, file);
    this.#plan = this.#planOf(this.#loaded);
    this.#text = text;
  }

  get engine(): EngineSource['name'] {
    return this.#engineName;
  }

  get source(): EngineSource | undefined {
    return this.#source;
  }

  get startedAt(): string {
    return this.#startedAt;
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** The file as it was applied last. */
  get text(): string {
    return this.#text;
  }

  get loaded(): LoadedTopology {
    return this.#loaded;
  }

  get builder(): JourneyBuilder {
    return (this.#builder ??= this.#newBuilder());
  }

  /** All that was recorded, for exports: the n-th frame among them is frame n. */
  events(): readonly LabEvent[] {
    return this.#events;
  }

  /** By record number, from 1. */
  frame(number: number): FrameEvent | undefined {
    return this.#frames[number - 1];
  }

  /** Every plan so far, oldest first. */
  get plans(): readonly PlanEvent[] {
    return this.#plans;
  }

  get changes(): readonly RecordedChange[] {
    return this.#changes;
  }

  get state(): LabState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  nodeState(name: string): NodeEvent['state'] {
    return this.isRunning || this.#state.kind === 'starting'
      ? (this.#nodes.get(name)?.state ?? 'starting')
      : 'stopped';
  }

  /**
   * Starts the lab with this text. Rejects with a `LabFailure`, or with `Cancelled` when the signal came first; nothing
   * of the lab is left then.
   */
  start(text: string, source: EngineSource, options: StartOptions = {}): Promise<void> {
    return this.#next(() => this.#start(text, source, options));
  }

  /** Ends the lab and keeps its recording. */
  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  /** Takes the text to the running lab, in place. */
  apply(text: string): Promise<ApplyOutcome> {
    return this.#next(() => this.#apply(text));
  }

  /** Sends one request of a traffic entry now; a lab that does not run does nothing. */
  async request(trafficIndex = 0): Promise<void> {
    if (this.isRunning && this.#plan.traffic[trafficIndex]) await this.#engine?.request(trafficIndex);
  }

  /** False when there is no such node, or a stopped one is to be paused. */
  async setNode(name: string, state: NodeOverlay): Promise<boolean> {
    return this.isRunning && ((await this.#engine?.setNode?.(name, state)) ?? false);
  }

  /** What a person would look up on a node now; `undefined` when there is none of that name, or it does not run. */
  async inspect(name: string): Promise<NodeState | undefined> {
    return this.isRunning ? this.#engine?.nodeState?.(name) : undefined;
  }

  /** The forwarder's table on a node as it is now; empty for nodes without one. */
  async connections(node: string): Promise<readonly ConnectionView[]> {
    return (await this.inspect(node))?.connections ?? [];
  }

  /** The line, from 1, of a place in the file as it was applied last. */
  lineOf(place: Place): number | undefined {
    if (place.kind === 'line') return place.line;
    const path = pathOf(place);
    return this.#loaded.places.has(path.slice(0, 1)) ? this.#loaded.places.of(path).start.line : undefined;
  }

  /** Of the running lab, for what only one of them can do. */
  get runningEngine(): LabEngine | undefined {
    return this.isRunning ? this.#engine : undefined;
  }

  /** What is worth knowing about a running lab; ready to show. */
  setNotice(notice: string | undefined): void {
    this.#notice = notice;
    if (this.isRunning) this.#setState(this.#runningState());
  }

  /** Everything recorded so far goes, the lab runs on. */
  clear(): void {
    const state = [...this.#nodes.values()];
    this.#forget();
    this.#builder = this.#newBuilder();
    const timeNs = Math.max(0, ...state.map((event) => event.timeNs));
    this.#record({ kind: 'plan', timeNs, epoch: 0, plan: this.#plan, changes: [], durationNs: 0 });
    for (const event of state) this.#record(event);
    this.#listeners.tell('plan');
  }

  /** Takes up what was recorded before the window was reloaded. Only before the first start. */
  restore(saved: SavedRecording): void {
    this.#startedAt = saved.startedAt;
    this.#plan = saved.plan;
    this.#changes = [...saved.changes];
    this.#engineName = saved.engine;
    this.#builder = this.#newBuilder();
    for (const event of saved.events) this.#record(event);
    this.#setState({ kind: 'stopped' });
    this.#listeners.tell('plan');
  }

  saved(): SavedRecording {
    const { engine, startedAt, changes } = this;
    const plan = this.#plans[0]?.plan ?? this.#plan;
    return { engine, startedAt, plan, changes, events: this.#events };
  }

  async #start(text: string, source: EngineSource, options: StartOptions): Promise<void> {
    const { signal, onWarning, keep = false } = options;
    const loaded = loadTopology(text, this.file);
    const plan = this.#planOf(loaded);
    await this.#stop();
    const goesOn = keep && this.#events.length > 0 && this.#engineName === source.name;
    const edits = describeEdit(this.#text, text);
    this.#setState({ kind: 'starting', step: 1, steps: 1, text: this.#translate('extension.starting') });
    let engine: LabEngine | undefined;
    const cancel = () => void engine?.stop().catch(() => undefined);
    signal?.addEventListener('abort', cancel);
    try {
      engine = await source.make(plan, (event) => this.#receive(event), {
        seed: ++this.#starts,
        onStep: (step) => {
          options.onStep?.(step.text);
          this.#setState({ kind: 'starting', ...step });
        },
        onWarning: (warning) => onWarning?.(warning),
      });
      if (signal?.aborted) throw new Cancelled();
      this.#source = source;
      this.#engineName = source.name;
      this.#engine = engine;
      this.#begin(loaded, plan, text, goesOn ? edits : undefined);
      await engine.start();
      if (signal?.aborted) throw new Cancelled();
    } catch (error) {
      this.#engine = undefined;
      await engine?.stop().catch(() => undefined);
      source.close?.();
      throw this.#failedStart(signal?.aborted ? new Cancelled() : error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    this.#setState(this.#runningState());
  }

  /** Before the engine's first event. */
  #begin(
    loaded: LoadedTopology,
    plan: Plan,
    text: string,
    goesOn: readonly EditedSetting[] | undefined,
  ): void {
    this.#nodes.clear();
    this.#loaded = loaded;
    this.#plan = plan;
    this.#text = text;
    this.#shift = undefined;
    this.#edits = goesOn ? [goesOn] : [];
    if (goesOn) return;
    this.#forget();
    this.#startedAt = '';
  }

  #forget(): void {
    this.#events = [];
    this.#frames = [];
    this.#plans = [];
    this.#changes = [];
    this.opened = new OpenedConnections();
    this.#builder = undefined;
  }

  #failedStart(error: unknown): unknown {
    if (error instanceof Cancelled) {
      this.#setState(this.#events.length > 0 ? { kind: 'stopped' } : { kind: 'none', reason: 'not-running' });
    } else {
      const message = error instanceof Error ? error.message : String(error);
      const remedy = error instanceof LabFailure ? (error.remedy?.text ?? '') : '';
      this.#setState({ kind: 'failed', message, remedy });
    }
    return error;
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    try {
      await engine.stop();
    } finally {
      this.#engine = undefined;
      this.#source?.close?.();
      this.#setState({ kind: 'stopped' });
    }
  }

  async #apply(text: string): Promise<ApplyOutcome> {
    const engine = this.#engine;
    if (!engine || !this.isRunning) return { kind: 'unchanged' };
    const loaded = loadTopology(text, this.file);
    const { plan, problems } = loaded;
    if (!plan) return { kind: 'invalid', problems };
    const edits = describeEdit(this.#text, text);
    const changes = diffPlans(this.#plan, plan);
    if (changes.length === 0) {
      this.#remember(text, loaded, plan);
      return { kind: 'unchanged' };
    }
    const before = { text: this.#text, loaded: this.#loaded, plan: this.#plan };
    const began = Date.now();
    this.#remember(text, loaded, plan);
    this.#edits.push(edits);
    try {
      await engine.apply(plan);
    } catch (error) {
      this.#edits.pop();
      this.#remember(before.text, before.loaded, before.plan);
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
    const texts = edits.map((edit) => edit.text);
    return { kind: 'applied', texts, durationMs: Date.now() - began };
  }

  #remember(text: string, loaded: LoadedTopology, plan: Plan): void {
    this.#text = text;
    this.#loaded = loaded;
    this.#plan = plan;
  }

  #receive(event: LabEvent): void {
    this.#shift ??= this.#shiftOf();
    const { ns, epochs } = this.#shift;
    const timeNs = event.timeNs + ns;
    if (event.kind !== 'plan') {
      this.#record({ ...event, timeNs });
      this.#listeners.tell('events');
      return;
    }
    const told = { ...event, timeNs, epoch: event.epoch + epochs };
    if (told.epoch > 0) this.#changes.push(this.#changeRow(told, event.epoch === 0));
    this.#record(told);
    this.#listeners.tell('plan');
  }

  /** Time 0 is the first start's; what comes later is told on its clock. */
  #shiftOf(): { ns: number; epochs: number } {
    const startedAt = this.#engine?.startedAt ?? this.#startedAt;
    if (this.#startedAt === '') {
      this.#startedAt = startedAt;
      this.#builder = this.#newBuilder();
      return { ns: 0, epochs: 0 };
    }
    const last = this.#events.at(-1)?.timeNs ?? 0;
    const epoch = this.#plans.at(-1)?.epoch ?? 0;
    return { ns: Math.max(last, nsBetween(this.#startedAt, startedAt)), epochs: epoch + 1 };
  }

  #changeRow(event: PlanEvent, restarted: boolean): RecordedChange {
    const edits = this.#edits.shift() ?? [];
    const [first] = edits;
    return {
      epoch: event.epoch,
      timeNs: event.timeNs,
      durationNs: event.durationNs,
      texts: edits.map(({ text }) => text),
      ...(first && { line: this.#loaded.places.of(first.path).start.line }),
      kind: restarted ? 'restarted' : 'applied',
    };
  }

  #record(event: LabEvent): void {
    if (event.kind === 'node') this.#nodes.set(event.node, event);
    if (event.kind === 'frame') this.#frames.push(event);
    if (event.kind === 'plan') this.#plans.push(event);
    if (event.kind === 'decision') this.opened.add(event);
    this.#events.push(event);
    this.builder.add(event);
  }

  #newBuilder(): JourneyBuilder {
    const { engine, startedAt } = this;
    return new JourneyBuilder(this.#plan, { engine, startedAt, translate: this.#translate });
  }

  #planOf({ plan, problems }: LoadedTopology): Plan {
    if (plan) return plan;
    const problem = problems.find(({ severity }) => severity === 'error')!;
    const params = {
      file: this.file,
      line: problem.range.start.line,
      problem: this.#translate(`problem.${problem.code}`, problem.params),
    };
    throw new LabFailure(this.#translate('extension.file-has-errors', params), {
      text: this.#translate('extension.show-problem'),
      command: 'lbLab.showProblem',
      arguments: [this.uri, problem.range.start.line],
    });
  }

  #runningState(): LabState {
    return { kind: 'running', ...(this.#notice !== undefined && { notice: this.#notice }) };
  }

  #setState(state: LabState): void {
    this.#state = state;
    this.#listeners.tell('state');
  }

  /** One thing after another: a save during a start is applied after it. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined);
    return result;
  }
}
