import * as vscode from 'vscode';
import type { Translate } from '../../l10n/translate.ts';
import { withProgress } from './editor-ui.ts';
import type { ChosenEngine, EngineChoice } from '../core/labs/engine-choice.ts';
import { Cancelled, LabFailure } from '../core/labs/lab-failure.ts';
import type { ApplyOutcome } from '../core/labs/apply-outcome.ts';
import type { LabSession } from '../core/labs/lab-session.ts';
import type { LabFile, Labs } from '../core/labs/labs.ts';
import type { RememberedLab } from '../core/labs/remembered-labs.ts';
import type { Messages } from './messages.ts';
import { setting, type Settings } from './settings.ts';
import { fileNameOf, type TopologyFiles } from './topology-files.ts';

/** A start that takes longer than this shows its progress. */
const PATIENCE_MS = 400;
/** So many labs at once are what somebody may want; of more, some are likely to be forgotten. */
const MOST_LABS = 5;

interface RunOptions {
  /** Goes on with the recording there is. */
  readonly keep?: boolean;
  /** The panel is not brought up. */
  readonly quiet?: boolean;
  /** A Docker lab to be taken up, if it is still there. */
  readonly lab?: string;
  /** Interfaces that were off their segments. */
  readonly unplugged?: RememberedLab['unplugged'];
}

/** Starts, stops and changes labs, with what the editor shows about it. */
export class LabRunner {
  readonly #translate: Translate;
  readonly #labs: Labs;
  readonly #engines: EngineChoice;
  readonly #files: TopologyFiles;
  readonly #messages: Messages;
  readonly #show: (session: LabSession) => void;
  /** What cancels each start that is under way, by the file's address. */
  readonly #starts = new Map<string, AbortController>();

  constructor(parts: {
    readonly translate: Translate;
    readonly labs: Labs;
    readonly engines: EngineChoice;
    readonly files: TopologyFiles;
    readonly messages: Messages;
    /** Shows the lab's packet flow. */
    readonly show: (session: LabSession) => void;
  }) {
    this.#translate = parts.translate;
    this.#labs = parts.labs;
    this.#engines = parts.engines;
    this.#files = parts.files;
    this.#messages = parts.messages;
    this.#show = parts.show;
  }

  /** Saves the file and starts its lab; one that runs already, or is about to, is only shown. Rejects as `LabSession.start` does. */
  async start(uri: vscode.Uri): Promise<void> {
    const file = await this.#save(uri);
    if (!file) return;
    // A start that is under way may still be loading what makes its session.
    if (this.#starts.has(file.uri) || this.#labs.of(file.uri)?.run.isRunning) {
      const session = await this.#labs.open(file);
      this.#show(session);
      this.tell(session, await session.apply(file.text));
      return;
    }
    await this.#run(file, setting('lbLab.engine'), {});
    this.#offerToStop(file.uri);
  }

  /** From the start, on the engine the settings name; what was recorded stays. */
  async restart(uri: vscode.Uri): Promise<void> {
    const file = await this.#save(uri);
    if (file) await this.#run(file, setting('lbLab.engine'), { keep: true });
  }

  /** As `restart`, on this engine whatever the settings say. */
  async moveTo(uri: vscode.Uri, engine: 'docker' | 'embedded'): Promise<void> {
    const file = await this.#save(uri);
    if (file) await this.#run(file, engine, { keep: true });
  }

  /** After the window was loaded anew: goes on below what was recorded, without bringing the panel up. */
  async takeUp(session: LabSession, { engine, lab, unplugged }: RememberedLab): Promise<void> {
    const uri = vscode.Uri.parse(session.uri);
    const file = { uri: session.uri, name: session.file, text: await this.#files.read(uri) };
    await this.#run(file, engine, {
      keep: true,
      quiet: true,
      ...(lab !== undefined && { lab }),
      ...(unplugged && { unplugged }),
    });
  }

  /** A lab that is still starting is not waited for: its start is cancelled. */
  async stop(session: LabSession): Promise<void> {
    this.#starts.get(session.uri)?.abort();
    const title = this.#translate('extension.stopping', { lab: session.version.plan.lab });
    await withLateProgress(title, undefined, () => session.stop());
  }

  /** Saves the file and takes it to its running lab. */
  async apply(uri: vscode.Uri): Promise<void> {
    const file = await this.#save(uri);
    const session = file && this.#labs.of(file.uri);
    if (file && session) this.tell(session, await session.apply(file.text));
  }

  /** What went wrong with a change is said; that it went well, the status says. */
  tell(session: LabSession, outcome: ApplyOutcome): void {
    if (outcome.kind === 'failed') this.#messages.failure(outcome.error);
    if (outcome.kind === 'invalid')
      this.#messages.hint(this.#translate('extension.kept-running', { file: session.file }));
  }

  /** Labs that nobody looks at any more run on unseen. */
  #offerToStop(started: string): void {
    const count = this.#labs.running().length;
    if (count <= MOST_LABS) return;
    const text = this.#translate('extension.stop-others');
    const remedy = { text, command: 'lbLab.stopOthers', arguments: [started] } as const;
    this.#messages.hint(this.#translate('extension.many-labs', { count }), remedy);
  }

  /** As `TopologyFiles.save`; rejects with a `LabFailure` where the file was taken away or got another name. */
  async #save(uri: vscode.Uri): Promise<LabFile | undefined> {
    try {
      return await this.#files.save(uri);
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError) || error.code !== 'FileNotFound') throw error;
      const message = this.#translate('extension.file-gone', { file: fileNameOf(uri) });
      const remedy = {
        text: this.#translate('extension.new-topology'),
        command: 'lbLab.newTopology',
      } as const;
      throw new LabFailure(message, remedy, { cause: error });
    }
  }

  async #run(file: LabFile, wanted: Settings['lbLab.engine'], options: RunOptions): Promise<void> {
    // What a container is made of could be read.
    const isHidden = this.#labs.isMystery(file.uri);
    if (isHidden && wanted === 'docker') this.#messages.hint(this.#translate('mystery.in-memory'));
    const cancel = new AbortController();
    this.#starts.set(file.uri, cancel);
    const title = this.#translate('extension.starting-lab', { file: file.name });
    try {
      await withLateProgress(title, cancel, (report) =>
        this.#launch(file, isHidden ? 'embedded' : wanted, options, cancel.signal, report),
      );
    } finally {
      if (this.#starts.get(file.uri) === cancel) this.#starts.delete(file.uri);
    }
  }

  async #launch(
    file: LabFile,
    wanted: Settings['lbLab.engine'],
    { keep = false, quiet = false, lab, unplugged = [] }: RunOptions,
    signal: AbortSignal,
    report: (text: string) => void,
  ): Promise<void> {
    const session = await this.#labs.open(file);
    if (!quiet) this.#show(session);
    try {
      let later: ChosenEngine['later'];
      const choose = async () => {
        const left = lab === undefined ? undefined : await this.#engines.takeUp?.(lab);
        const chosen: ChosenEngine = left ? { source: left } : await this.#engines.choose(wanted);
        if (signal.aborted) {
          chosen.source.close?.();
          throw new Cancelled();
        }
        session.run.setNotice(chosen.notice);
        later = chosen.later;
        return chosen.source;
      };
      const onWarning = (text: string) => this.#messages.warning(text);
      await session.start(file.text, choose, { signal, keep, unplugged, onStep: report, onWarning });
      void later?.then((text) => session.run.setNotice(text));
    } finally {
      this.#labs.discardEmpty(session);
    }
  }
}

/** Progress that can be cancelled, once the work has taken a moment: most starts are over before anybody could read it. */
async function withLateProgress(
  title: string,
  cancel: AbortController | undefined,
  work: (report: (text: string) => void) => Promise<void>,
): Promise<void> {
  let show: ((text: string) => void) | undefined;
  let text = '';
  const done = work((step) => {
    text = step;
    show?.(step);
  });
  const timer = setTimeout(() => {
    void withProgress(title, cancel && (() => cancel.abort()), (report) => {
      show = report;
      if (text) report(text);
      return done.catch(() => undefined);
    });
  }, PATIENCE_MS);
  try {
    await done;
  } finally {
    clearTimeout(timer);
  }
}
