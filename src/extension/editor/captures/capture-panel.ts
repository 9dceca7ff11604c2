import * as vscode from 'vscode';
import { readPieces } from '../../../captures/read-pieces.ts';
import { problemOfReading } from '../../../captures/reading.ts';
import type { CaptureSource } from '../../../captures/source.ts';
import { tellingCaptures } from '../../../captures/tell-captures.ts';
import type { CaptureNote } from '../../../captures/told.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { Action } from '../../../panel-protocol/messages.ts';
import { captureRecording } from '../../core/captures/capture-recording.ts';
import { frameNameOf } from '../../core/captures/frame-name.ts';
import { inPieces } from '../../core/captures/in-pieces.ts';
import { inferredNetwork, type InferredNetwork } from '../../core/captures/inferred-network.ts';
import { nanoseconds, shownCaptures } from '../../core/captures/shown-captures.ts';
import { brokenFile } from '../../core/labs/broken-file.ts';
import { inTurns } from '../../core/labs/in-slices.ts';
import { Cancelled, LabFailure } from '../../core/labs/lab-failure.ts';
import { LabVersion } from '../../core/labs/lab-version.ts';
import type { PanelFeed } from '../../core/panel/panel-feed.ts';
import { writeDraft, chooseTopology, type CaptureTopology } from './capture-topology.ts';
import { saveAs } from '../commands/export-capture.ts';
import { askFor, pick, withProgress } from '../editor-ui.ts';
import { fillPanel, loadPanelPage } from '../panel-page.ts';
import { revealPlace } from '../reveal-place.ts';
import { recordingLimits } from '../settings.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

/** As topology files name nodes. */
const NODE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,30}$/;
/** Of a hundred: what is done when all is read, and when it is told. */
const [READ, TOLD] = [15, 35];

/** Recordings of hosts on a panel of their own: read, told by a topology, and shown as a lab's recording is. */
export class CapturePanel {
  readonly #workbench: Workbench;
  readonly #uris: readonly vscode.Uri[];
  readonly #closed = new AbortController();
  /** Of what is being told; another question ends it. */
  #telling = new AbortController();
  #feed: PanelFeed | undefined;
  #sources: readonly CaptureSource[] | undefined;
  #topology: CaptureTopology | undefined;
  /** What the frames say themselves, where no topology does. */
  #inferred: InferredNetwork | undefined;
  /** Who recorded a file, by its place, where somebody said so. */
  readonly #hosts = new Map<number, string>();
  /** What is added to the clock of a node, in nanoseconds, where somebody said so. */
  readonly #clocks = new Map<string, bigint>();
  /** Somebody chose the topology. */
  #isChosen = false;
  #plan: Plan | undefined;

  private constructor(workbench: Workbench, uris: readonly vscode.Uri[]) {
    this.#workbench = workbench;
    this.#uris = uris;
  }

  /** Fills the panel; what cannot be read or told is said there. Rejects when the panel itself cannot be made. */
  static async open(
    panel: vscode.WebviewPanel,
    uris: readonly vscode.Uri[],
    workbench: Workbench,
  ): Promise<void> {
    const capture = new CapturePanel(workbench, uris);
    panel.onDidDispose(() => {
      capture.#closed.abort();
      capture.#telling.abort();
    });
    const loaded = await loadPanelPage();
    if (capture.#closed.signal.aborted) return;
    const { feed, listening, begin } = fillPanel(panel, loaded, workbench, {
      act: (action) => void workbench.messages.attempt(() => capture.#act(action)),
      open: (place) => {
        const topology = capture.#topology;
        if (topology && topology !== 'inferred')
          void workbench.messages.attempt(() => revealPlace(workbench, topology, place));
      },
      save: async (format, data) => {
        const folder = vscode.Uri.joinPath(uris[0]!, '..');
        const name = fileNameOf(uris[0]!).replace(/\.\w+$/, '');
        const saved = await saveAs(workbench, folder, `${name}-explained`, format, data);
        return saved && fileNameOf(saved);
      },
    });
    const saving = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (capture.#topology?.toString() === uri.toString())
        void workbench.messages.attempt(() => capture.#tell());
    });
    panel.onDidDispose(() => {
      listening.dispose();
      saving.dispose();
      feed.dispose();
    });
    capture.#feed = feed;
    feed.show(undefined, capture.#state('extension.capture-reading'));
    begin();
    await capture.#tell();
  }

  /** Tells it all anew, and shows it. What fails is said on the panel. */
  async #tell(): Promise<void> {
    const { translate, messages } = this.#workbench;
    this.#telling.abort();
    const telling = (this.#telling = new AbortController());
    try {
      this.#topology ??= await chooseTopology(this.#workbench, this.#uris[0]!, false);
      const title = translate('extension.capture-reading', { files: this.#names().join(', ') });
      const shown = await withProgress(
        title,
        () => telling.abort(),
        (report) => this.#shown(telling.signal, report),
      );
      if (!telling.signal.aborted) this.#feed?.show(shown);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      const message =
        error instanceof Cancelled
          ? translate('extension.capture-cancelled')
          : String((error as Error).message);
      const remedy = translate(this.#remedy());
      this.#feed?.show(undefined, { kind: 'failed', message, remedy, canStart: false });
      messages.failure(error);
    }
  }

  /** What there is to do about captures that could not be told. */
  #remedy(): 'panel.capture-write' | 'panel.capture-topology' {
    return this.#inferred?.text === undefined ? 'panel.capture-topology' : 'panel.capture-write';
  }

  async #shown(signal: AbortSignal, report: (text: string) => void) {
    const { translate } = this.#workbench;
    const share = (from: number, to: number) => (done: number) => {
      if (signal.aborted) throw new Cancelled();
      report(translate('extension.capture-share', { percent: Math.floor(from + done * (to - from)) }));
    };
    const sources = (this.#sources ??= await this.#read(share(0, READ)));
    const named = sources.map((source, place) => {
      const node = this.#hosts.get(place);
      return node === undefined ? source : { ...source, node };
    });
    this.#inferred = undefined;
    const unread = problemOfReading(named);
    if (unread) throw this.#failure(unread);
    const tell = async () => {
      const plan = (this.#plan =
        this.#topology === 'inferred' ? await this.#infer(named) : await this.#planOf(this.#topology!));
      return inTurns(tellingCaptures(named, plan, { clocks: this.#clocks }), share(READ, TOLD));
    };
    let told = await tell();
    // A file that nobody chose is of another network, where nothing can be placed in it.
    if (told.problem?.code.startsWith('unplaced') && !this.#isChosen && this.#topology !== 'inferred') {
      this.#topology = 'inferred';
      told = await tell();
    }
    if (told.problem) throw this.#failure(told.problem);
    const recording = await captureRecording(told, {
      ...{ limits: recordingLimits(), translate, signal, isInferred: this.#inferred !== undefined },
      onShare: share(TOLD, 100),
    });
    return shownCaptures(told, recording, this.#names(), translate, this.#inferred);
  }

  #failure({ code, params }: CaptureNote): LabFailure {
    const { translate } = this.#workbench;
    // The command line has other words for what to do.
    if (code.startsWith('unplaced')) return new LabFailure(translate('extension.capture-unplaced'));
    return new LabFailure(translate(`captures.${code}`, params));
  }

  /** The plan of a draft by the frames alone. */
  async #infer(sources: readonly CaptureSource[]): Promise<Plan> {
    const { texts, translate } = this.#workbench;
    const nameOf = (source: number, number: number) => frameNameOf(this.#names(), { source, number });
    const inferred = (this.#inferred = inferredNetwork(sources, nameOf, translate));
    const { text, lines } = inferred;
    if (text === undefined) throw new LabFailure(lines.toReversed().join(' '));
    const name = 'inferred.lblab.yaml';
    const version = LabVersion.of((await texts()).of({ uri: `capture:${name}`, name, text }));
    if (version instanceof LabVersion) return version.plan;
    throw new LabFailure(translate('extension.capture-unloadable'));
  }

  async #read(onShare: (share: number) => void): Promise<CaptureSource[]> {
    const sources: CaptureSource[] = [];
    for (const [index, uri] of this.#uris.entries()) {
      const of = (done: number) => onShare((index + done) / this.#uris.length);
      const bytes = await vscode.workspace.fs.readFile(uri);
      of(0);
      sources.push({ name: fileNameOf(uri), capture: await readPieces(inPieces(bytes, of)) });
    }
    return sources;
  }

  async #planOf(topology: vscode.Uri): Promise<Plan> {
    const { files, texts, translate } = this.#workbench;
    const [uri, file] = [topology.toString(), fileNameOf(topology)];
    const text = await files.read(topology);
    const version = LabVersion.of((await texts()).of({ uri, name: file, text }));
    if (version instanceof LabVersion) return version.plan;
    throw brokenFile({ uri, file }, version, translate);
  }

  async #act({ kind }: Action): Promise<void> {
    switch (kind === 'remedy' ? this.#remedy() : `panel.${kind}`) {
      case 'panel.capture-topology':
        this.#topology = await chooseTopology(this.#workbench, this.#uris[0]!, true);
        this.#isChosen = true;
        return this.#tell();
      case 'panel.capture-write':
        return this.#write();
      case 'panel.capture-clock':
        return (await this.#setClock()) ? this.#tell() : undefined;
      case 'panel.capture-host':
        return (await this.#sayHost()) ? this.#tell() : undefined;
    }
  }

  /** *Write Topology*: from then on the captures are told by the file. */
  async #write(): Promise<void> {
    const text = this.#inferred?.text;
    const written = text === undefined ? undefined : await writeDraft(this.#workbench, this.#uris[0]!, text);
    if (!written) return;
    this.#topology = written;
    this.#isChosen = true;
    await this.#tell();
  }

  /** Whether somebody said whose recording a file is. */
  async #sayHost(): Promise<boolean> {
    const { translate } = this.#workbench;
    if (!this.#plan) return false;
    const names = this.#names().map((label, place) => ({ label, place }));
    const file = names.length === 1 ? names[0] : await pick(names, translate('extension.which-capture'));
    if (!file) return false;
    const question = translate('extension.capture-whose', { file: file.label });
    const host = this.#inferred ? await this.#askForName(question) : await this.#pickNode(question);
    if (host === undefined) return false;
    this.#hosts.set(file.place, host);
    return true;
  }

  /** Of a network that nobody described: any name. */
  #askForName(question: string): Thenable<string | undefined> {
    return askFor(question, (text) =>
      NODE_NAME.test(text) ? undefined : this.#workbench.translate('extension.capture-host-wrong'),
    );
  }

  async #pickNode(question: string): Promise<string | undefined> {
    const nodes = (this.#plan?.nodes ?? []).map(({ name, role }) => ({ label: name, description: role }));
    return (await pick(nodes, question))?.label;
  }

  /** Whether somebody set the clock of a node; nothing typed leaves it to be estimated. */
  async #setClock(): Promise<boolean> {
    const { translate } = this.#workbench;
    const node = await this.#pickNode(translate('extension.capture-whose-clock'));
    if (node === undefined) return false;
    const typed = await askFor(translate('extension.capture-clock-of', { node }), (text) =>
      text === '' || nanoseconds(text) !== undefined ? undefined : translate('extension.capture-clock-wrong'),
    );
    if (typed === undefined) return false;
    const added = nanoseconds(typed);
    if (added === undefined) this.#clocks.delete(node);
    else this.#clocks.set(node, added);
    return true;
  }

  #names(): string[] {
    return this.#uris.map(fileNameOf);
  }

  #state(key: string) {
    const text = this.#workbench.translate(key, { files: this.#names().join(', ') });
    return { kind: 'starting', step: 1, steps: 1, text } as const;
  }
}
