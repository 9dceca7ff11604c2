import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Engine, EventSink, NodeSetting } from '../../../lab/engine.ts';
import type { LabState } from '../../../lab/lab-state.ts';
import type { NodeState } from '../../../lab/node-state.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { EngineSource } from './lab-engine.ts';
import { Cancelled, LabFailure, type Remedy } from './lab-failure.ts';
import type { LabRecording } from './lab-recording.ts';
import { Unplugged, type Attachment } from './unplugged.ts';

export interface RunOptions {
  /** The topology file's address, as text. */
  readonly uri: string;
  /** See `EngineOptions`. */
  readonly seed: number;
  /** Interfaces that are off their segments from the start, as by hand. */
  readonly unplugged: readonly Attachment[];
  readonly emit: EventSink;
  readonly signal?: AbortSignal;
  readonly onStep?: (text: string) => void;
  readonly onWarning?: (text: string) => void;
}

/** An engine being started, running, or over; with what was done to it by hand. Calls of what changes it follow one another. */
export class LabRun {
  readonly #translate: Translate;
  readonly #onDidChange: () => void;
  readonly #unplugged = new Unplugged();
  #state: LabState = { kind: 'none', reason: 'not-running' };
  #engineName: Engine['name'] = 'embedded';
  #source: EngineSource | undefined;
  #engine: Engine | undefined;
  #startedAt: () => string = () => '';
  #notice: string | undefined;
  #remedy: Remedy | undefined;

  constructor(translate: Translate, onDidChange: () => void) {
    this.#translate = translate;
    this.#onDidChange = onDidChange;
  }

  get state(): LabState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.kind === 'running';
  }

  /** That it runs or ran on last, or is being started on. */
  get engineName(): Engine['name'] {
    return this.#engineName;
  }

  /** While it runs: for what only one of them can do. */
  get engine(): Engine | undefined {
    return this.isRunning ? this.#engine : undefined;
  }

  /** Time 0 of the events of the engine that was made last; empty before the first. */
  get startedAt(): string {
    return this.#startedAt();
  }

  /** What helps against a start that failed. */
  get remedy(): Remedy | undefined {
    return this.#state.kind === 'failed' ? this.#remedy : undefined;
  }

  /** What is off its segment by hand: over changes of the file, until the next start. */
  get unplugged(): Pick<Unplugged, 'all' | 'has'> {
    return this.#unplugged;
  }

  /** What is worth knowing about it while it runs; ready to show. */
  setNotice(notice: string | undefined): void {
    this.#notice = notice;
    if (this.isRunning) this.#setState(this.#runningState());
  }

  /** Nothing runs: all there is is a recording. */
  rest({ head, isEmpty }: LabRecording): void {
    // No lab has recordings of other networks.
    if (head.engine !== 'capture') this.#engineName = head.engine;
    this.#setState(isEmpty ? { kind: 'none', reason: 'not-running' } : { kind: 'stopped' });
  }

  /**
   * Starts an engine; the one before must be stopped. Rejects with why it did not start, or with `Cancelled` when the signal
   * came first, which leaves the state to be set by `rest`. Nothing of the lab is left then.
   */
  async start(source: EngineSource, plan: Plan, options: RunOptions): Promise<void> {
    const { uri, seed, emit, signal, onStep, onWarning } = options;
    let engine: Engine | undefined;
    const cancel = () => void engine?.stop().catch(() => undefined);
    this.#engineName = source.name;
    this.#unplugged.reset(options.unplugged);
    this.#setState({ kind: 'starting', step: 1, steps: 1, text: this.#translate('extension.starting') });
    signal?.addEventListener('abort', cancel);
    this.#startedAt = () => engine?.startedAt ?? '';
    try {
      const planned = this.#unplugged.over(plan);
      engine = await source.make(planned, emit, {
        uri,
        seed,
        onStep: (step) => {
          onStep?.(step.text);
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
      if (source.takesUp) await engine.apply(planned);
      this.#setState(this.#runningState());
    } catch (error) {
      this.#engine = undefined;
      // One that was there before is left as it was found.
      const end = source.takesUp && engine && isDetachable(engine) ? engine.detach() : engine?.stop();
      await end?.catch(() => undefined);
      source.close?.();
      const why = signal?.aborted ? new Cancelled() : error;
      this.#failed(why);
      throw why;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async stop(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    try {
      await engine.stop();
    } finally {
      this.#ended();
    }
  }

  /** The window goes: a lab that can be taken up again runs on without it, any other ends. */
  async leave(): Promise<void> {
    const engine = this.#engine;
    if (engine && isDetachable(engine)) {
      await engine.detach();
      this.#source?.close?.();
    } else await this.stop();
  }

  /** Takes a plan to the running engine, with what was done by hand over it: see `Engine.apply`. */
  async apply(plan: Plan, cause?: number): Promise<boolean> {
    return (await this.engine?.apply(this.#unplugged.over(plan), cause)) ?? false;
  }

  /** Takes an interface of the plan off its segment, or puts it back. */
  async unplug(plan: Plan, attachment: Attachment, off: boolean, cause?: number): Promise<void> {
    this.#unplugged.set(attachment, off);
    try {
      await this.apply(plan, cause);
    } catch (error) {
      this.#unplugged.set(attachment, !off);
      throw error;
    }
    this.#onDidChange();
  }

  /** False when there is no such node, or a stopped one is to be paused. */
  async setNode(name: string, state: NodeSetting): Promise<boolean> {
    return (await this.engine?.setNode(name, state)) ?? false;
  }

  /** What a person would look up on a node now; `undefined` when there is none of that name, or it does not run. */
  async inspect(name: string): Promise<NodeState | undefined> {
    return this.engine?.nodeState(name);
  }

  /** The forwarder's table on a node as it is now; empty for nodes without one. */
  async connections(node: string): Promise<readonly ConnectionView[]> {
    return (await this.inspect(node))?.connections ?? [];
  }

  /** A start that somebody left is nothing to tell. */
  #failed(error: unknown): void {
    if (this.#state.kind !== 'starting' || error instanceof Cancelled) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#remedy = error instanceof LabFailure ? error.remedy : undefined;
    this.#setState({ kind: 'failed', message, remedy: this.#remedy?.text ?? '' });
  }

  #ended(): void {
    this.#engine = undefined;
    this.#source?.close?.();
    this.#setState({ kind: 'stopped' });
  }

  #runningState(): LabState {
    return { kind: 'running', ...(this.#notice !== undefined && { notice: this.#notice }) };
  }

  #setState(state: LabState): void {
    this.#state = state;
    this.#onDidChange();
  }
}

/** Runs on by itself for a while, so that another window can take it up. */
function isDetachable(engine: Engine): engine is Engine & { detach(): Promise<void> } {
  return 'detach' in engine && typeof engine.detach === 'function';
}
