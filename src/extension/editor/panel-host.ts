import * as vscode from 'vscode';
import type { Action, Card, LessonView } from '../../panel-protocol/messages.ts';
import type { LabState } from '../../lab/lab-state.ts';
import type { Place } from '../../lab/place.ts';
import { fillPanel, loadPanelPage, type PanelPageParts } from './panel-page.ts';
import { isTopology } from './topology-files.ts';
import { PANEL_TYPE } from '../core/ids.ts';
import type { LabSession } from '../core/labs/lab-session.ts';
import type { Labs } from '../core/labs/labs.ts';
import type { ExportFormat } from '../core/export-format.ts';
import type { LabRecording } from '../core/labs/lab-recording.ts';
import type { LookKind } from '../../mystery/progress.ts';
import { recordingView } from '../core/labs/recording-view.ts';
import { fileView } from '../core/panel/file-view.ts';
import type { PanelFeed } from '../core/panel/panel-feed.ts';
import type { ShownLab } from '../core/panel/shown-lab.ts';

/** Under these keys the workspace remembers the panel. */
const KEPT_FILE = 'panel.file';
const PINNED = 'panel.pinned';

export interface PanelParts extends PanelPageParts {
  readonly labs: Labs;
  /** Another lab than before is on show, or the panel is new. */
  readonly onShown: () => void;
  /** Buttons of the panel; `uri` is the file of the lab on show. */
  readonly act: (action: Action, uri: string | undefined) => void;
  /** Shows a place in a topology file without taking focus. */
  readonly open: (uri: string, place: Place) => void;
  readonly save: (session: LabSession, format: ExportFormat, data: Uint8Array) => Promise<string | undefined>;
  /** Something of a file's lab was opened. */
  readonly looked?: (uri: string, kind: LookKind) => void;
  /** What to say when there is no lab to show. */
  readonly emptyState: (uri: string | undefined) => LabState;
}

/** The packet-flow panel: one beside the editor, showing one lab at a time. */
export class PanelHost implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #parts: PanelParts;
  readonly #disposables: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #feed: PanelFeed | undefined;
  #uri: string | undefined;
  #cards: readonly Card[] = [];
  #lesson: LessonView | undefined;
  /** What the feed shows: another object for each recording, so that it begins anew. */
  #shown: { readonly of: LabRecording; readonly view: ShownLab } | undefined;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const kept: unknown = parts.context.workspaceState.get(KEPT_FILE);
    this.#uri = typeof kept === 'string' ? kept : undefined;
    this.#disposables = [
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, this),
      parts.labs.onDidChange(({ session, news }) => {
        if (news !== 'events') this.#showLabs();
        if (session.uri !== this.#uri) return;
        if (news !== 'events') this.#showFile();
        if (news === 'added' || news === 'removed' || news === 'plan') this.#showLab();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor?.document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#fileChanged(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#fileChanged(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#fileChanged(document)),
    ];
  }

  /** The file whose lab is on show. */
  get uri(): string | undefined {
    return this.#panel && this.#uri;
  }

  /**
   * Opens the panel beside the editor, or brings it to the front; focus stays where it is.
   * @param uri The file of the lab to show; without one the panel says where to begin.
   */
  async show(uri: string | undefined): Promise<void> {
    const isAnother = this.#turnTo(uri);
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      this.#showLab();
      if (isAnother) this.#parts.onShown();
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    await this.#adopt(
      vscode.window.createWebviewPanel(PANEL_TYPE, this.#parts.translate('extension.panel'), place),
    );
  }

  /** After a reload of the window: the editor kept the panel's place, its content comes from here again. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    await this.#adopt(panel);
  }

  /** Whether the panel stays on its lab when another topology is looked at. */
  pin(pinned: boolean): void {
    void this.#parts.context.workspaceState.update(PINNED, pinned);
    this.#showLabs(pinned);
  }

  showCards(cards: readonly Card[]): void {
    this.#cards = cards;
    this.#feed?.showCards(cards);
  }

  showLesson(lesson: LessonView | undefined): void {
    this.#lesson = lesson;
    this.#feed?.showLesson(lesson);
  }

  highlight(names: readonly string[]): void {
    this.#feed?.highlight(names);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#feed?.dispose();
    this.#panel?.dispose();
  }

  async #adopt(panel: vscode.WebviewPanel): Promise<void> {
    // There is one panel: a second one that the editor restores takes over.
    this.#panel?.dispose();
    this.#panel = panel;
    // It may be closed at any time, also while what fills it is being loaded.
    const leftovers: { dispose(): void }[] = [];
    panel.onDidDispose(() => {
      for (const one of leftovers) one.dispose();
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#feed = undefined;
      this.#session()?.setCovered(false);
    });
    let page;
    try {
      page = await loadPanelPage();
    } catch (error) {
      panel.dispose();
      throw error;
    }
    if (this.#panel !== panel) return;
    const { feed, listening, begin } = fillPanel(panel, page, this.#parts, {
      act: (action) => this.#parts.act(action, this.#uri),
      open: (place) => this.#uri !== undefined && this.#parts.open(this.#uri, place),
      save: (format, data) => this.#save(format, data),
      looked: (kind) => this.#uri !== undefined && this.#parts.looked?.(this.#uri, kind),
    });
    this.#feed = feed;
    leftovers.push(listening, feed);
    this.#showLab();
    feed.showCards(this.#cards);
    feed.showLesson(this.#lesson);
    begin();
    this.#parts.onShown();
  }

  async #save(format: ExportFormat, data: Uint8Array): Promise<string | undefined> {
    const session = this.#session();
    return session && this.#parts.save(session, format, data);
  }

  #session(): LabSession | undefined {
    return this.#uri === undefined ? undefined : this.#parts.labs.of(this.#uri);
  }

  #showLab(): void {
    const session = this.#session();
    if (session && this.#shown?.of !== session.recording)
      this.#shown = { of: session.recording, view: recordingView(session) };
    if (!session) this.#shown = undefined;
    this.#feed?.show(this.#shown?.view, this.#parts.emptyState(this.#uri));
    this.#showFile();
    this.#showLabs();
    this.#setTitle();
  }

  /** Whether it is another file than before. */
  #turnTo(uri: string | undefined): boolean {
    const isAnother = uri !== this.#uri;
    if (isAnother) this.#session()?.setCovered(false);
    this.#uri = uri;
    if (isAnother) {
      // They speak of the lab that was on show.
      this.showCards([]);
      this.showLesson(undefined);
    }
    void this.#parts.context.workspaceState.update(KEPT_FILE, uri);
    return isAnother;
  }

  /** As a preview follows the text that is looked at. What nobody can write, like an old version, has no lab. */
  #follow(document: vscode.TextDocument | undefined): void {
    if (!this.#panel || this.#isPinned || !isTopology(document)) return;
    const uri = document.uri.toString();
    if (uri === this.#uri || vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false) return;
    this.#turnTo(uri);
    this.#showLab();
    this.#parts.onShown();
  }

  get #isPinned(): boolean {
    return this.#parts.context.workspaceState.get(PINNED) === true;
  }

  #showLabs(pinned = this.#isPinned): void {
    const labs = this.#parts.labs.all().map(({ uri, file, version, run }) => ({
      uri,
      model: version.plan.model,
      file,
      state: run.state.kind,
      shown: uri === this.#uri,
    }));
    this.#feed?.showLabs(labs, pinned);
  }

  #fileChanged({ uri }: vscode.TextDocument): void {
    if (uri.toString() === this.#uri) this.#showFile();
  }

  #showFile(): void {
    const session = this.#session();
    const isDirty = vscode.workspace.textDocuments.some(
      (document) => document.isDirty && document.uri.toString() === this.#uri,
    );
    this.#feed?.showFile(session ? fileView(session, isDirty, this.#parts.translate) : { unsaved: isDirty });
  }

  #setTitle(): void {
    if (!this.#panel) return;
    const session = this.#session();
    const { translate } = this.#parts;
    this.#panel.title = session
      ? translate('extension.panel-of', { lab: session.version.plan.lab })
      : translate('extension.panel');
  }
}
