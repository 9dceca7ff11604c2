import * as vscode from 'vscode';
import { gunzip } from '../../../captures/gunzip.ts';
import type { CaptureSource } from '../../../captures/source.ts';
import { tellCaptures } from '../../../captures/tell-captures.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { readCapture } from '../../../packet/read-capture.ts';
import type { Action } from '../../../panel-protocol/messages.ts';
import { captureRecording } from '../../core/captures/capture-recording.ts';
import { nanoseconds, shownCaptures } from '../../core/captures/shown-captures.ts';
import { brokenFile } from '../../core/labs/broken-file.ts';
import { Cancelled, LabFailure } from '../../core/labs/lab-failure.ts';
import { LabVersion } from '../../core/labs/lab-version.ts';
import type { PanelFeed } from '../../core/panel/panel-feed.ts';
import { saveAs } from '../commands/export-capture.ts';
import { askFor, pick, withProgress } from '../editor-ui.ts';
import { fillPanel, loadPanelPage } from '../panel-page.ts';
import { revealPlace } from '../reveal-place.ts';
import { recordingLimits } from '../settings.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

/** Recordings of hosts on a panel of their own: read, told by a topology, and shown as a lab's recording is. */
export class CapturePanel {
  readonly #workbench: Workbench;
  readonly #uris: readonly vscode.Uri[];
  readonly #closed = new AbortController();
  /** Of what is being told; another question ends it. */
  #telling = new AbortController();
  #feed: PanelFeed | undefined;
  #sources: readonly CaptureSource[] | undefined;
  #topology: vscode.Uri | undefined;
  /** Who recorded a file, by its place, where somebody said so. */
  readonly #hosts = new Map<number, string>();
  /** What is added to the clock of a node, in nanoseconds, where somebody said so. */
  readonly #clocks = new Map<string, bigint>();
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
        if (topology) void workbench.messages.attempt(() => revealPlace(workbench, topology, place));
      },
      save: async (format, data) => {
        const folder = vscode.Uri.joinPath(uris[0]!, '..');
        const name = fileNameOf(uris[0]!).replace(/\.\w+$/, '');
        const saved = await saveAs(workbench, folder, `${name}-explained`, format, data);
        return saved && fileNameOf(saved);
      },
    });
    panel.onDidDispose(() => {
      listening.dispose();
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
      const topology = (this.#topology ??= await this.#chooseTopology());
      const title = translate('extension.capture-reading', { files: this.#names().join(', ') });
      const shown = await withProgress(
        title,
        () => telling.abort(),
        (report) => this.#shown(topology, telling.signal, report),
      );
      if (!telling.signal.aborted) this.#feed?.show(shown);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      const message =
        error instanceof Cancelled
          ? translate('extension.capture-cancelled')
          : String((error as Error).message);
      this.#feed?.show(undefined, { kind: 'failed', message, remedy: '' });
      messages.failure(error);
    }
  }

  async #shown(topology: vscode.Uri, signal: AbortSignal, report: (text: string) => void) {
    const { translate } = this.#workbench;
    const sources = (this.#sources ??= await this.#read(signal));
    const plan = (this.#plan = await this.#planOf(topology));
    const named = sources.map((source, place) => {
      const node = this.#hosts.get(place);
      return node === undefined ? source : { ...source, node };
    });
    const told = tellCaptures(named, plan, { clocks: this.#clocks });
    if (told.problem) throw new LabFailure(translate(`captures.${told.problem.code}`, told.problem.params));
    const recording = await captureRecording(told, {
      ...{ limits: recordingLimits(), translate, signal },
      onShare: (share) => report(translate('extension.capture-share', { percent: Math.floor(share * 100) })),
    });
    return shownCaptures(told, recording, this.#names(), translate);
  }

  async #read(signal: AbortSignal): Promise<CaptureSource[]> {
    const sources: CaptureSource[] = [];
    for (const uri of this.#uris) {
      const bytes = await vscode.workspace.fs.readFile(uri);
      if (signal.aborted) throw new Cancelled();
      sources.push({ name: fileNameOf(uri), capture: readCapture(await gunzip(bytes)) });
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

  /** The only one beside the capture, else the only one there is, else what somebody picks. */
  async #chooseTopology(isAsked = false): Promise<vscode.Uri> {
    const { files, translate } = this.#workbench;
    const saved = await files.saved();
    const folder = vscode.Uri.joinPath(this.#uris[0]!, '..').toString();
    const beside = saved.filter((uri) => vscode.Uri.joinPath(uri, '..').toString() === folder);
    if (!isAsked && beside.length === 1) return beside[0]!;
    if (saved.length === 0)
      throw new LabFailure(translate('extension.capture-no-topology'), {
        text: translate('extension.new-topology'),
        command: 'lbLab.newTopology',
      });
    if (!isAsked && saved.length === 1) return saved[0]!;
    const picks = saved.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
    const picked = await pick(picks, translate('extension.which-file'));
    if (!picked) throw new Cancelled();
    return picked.uri;
  }

  async #act(action: Action): Promise<void> {
    if (action.kind === 'capture-topology') {
      this.#topology = await this.#chooseTopology(true);
      await this.#tell();
    }
    if (action.kind === 'capture-clock' && (await this.#setClock())) await this.#tell();
    if (action.kind === 'capture-host' && (await this.#sayHost())) await this.#tell();
  }

  /** Whether somebody said whose recording a file is. */
  async #sayHost(): Promise<boolean> {
    const { translate } = this.#workbench;
    if (!this.#plan) return false;
    const names = this.#names().map((label, place) => ({ label, place }));
    const file = names.length === 1 ? names[0] : await pick(names, translate('extension.which-capture'));
    if (!file) return false;
    const hosts = this.#plan.nodes.map(({ name, role }) => ({ label: name, description: role }));
    const host = await pick(hosts, translate('extension.capture-whose', { file: file.label }));
    if (!host) return false;
    this.#hosts.set(file.place, host.label);
    return true;
  }

  /** Whether somebody set the clock of a node; nothing typed leaves it to be estimated. */
  async #setClock(): Promise<boolean> {
    const { translate } = this.#workbench;
    const nodes = (this.#plan?.nodes ?? []).map(({ name, role }) => ({ label: name, description: role }));
    const node = await pick(nodes, translate('extension.capture-whose-clock'));
    if (!node) return false;
    const typed = await askFor(translate('extension.capture-clock-of', { node: node.label }), (text) =>
      text === '' || nanoseconds(text) !== undefined ? undefined : translate('extension.capture-clock-wrong'),
    );
    if (typed === undefined) return false;
    const added = nanoseconds(typed);
    if (added === undefined) this.#clocks.delete(node.label);
    else this.#clocks.set(node.label, added);
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
