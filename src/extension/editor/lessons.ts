import * as vscode from 'vscode';
import type { Locale } from '../../l10n/translate.ts';
import type { LabSession } from '../core/labs/lab-session.ts';
import { lessonOf, nextLesson } from '../core/lessons/lessons.ts';
import { openLesson } from './commands/open-lesson.ts';
import { fileNameOf } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** Frames come in bursts: so long after the first of them the recording is judged. */
const PATIENCE_MS = 200;
/** Judging takes this share of the time at most. */
const SHARE = 0.1;

/** Keeps the panel told of the lesson that its file is, and does what its band offers. */
export class Lessons implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #locale: Locale;
  readonly #listening: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #costMs = 0;

  constructor(workbench: Workbench, locale: Locale) {
    this.#workbench = workbench;
    this.#locale = locale;
    this.#listening = vscode.Disposable.from(
      workbench.labs.onDidChange(({ session }) => {
        if (session.uri === workbench.panel.uri) this.#soon();
      }),
      // A file of which no plan can be made has no lab that would tell of it.
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (uri.toString() === workbench.panel.uri) this.#soon();
      }),
    );
  }

  /** Another file is on show. */
  look(): void {
    this.#soon(0);
  }

  /** The page about the lesson on show, in the preview beside. */
  async page(): Promise<void> {
    const name = this.#name();
    if (!name) return;
    const ending = this.#locale === 'zh-cn' ? '.zh-cn.md' : '.md';
    const { extensionUri } = this.#workbench.context;
    const page = vscode.Uri.joinPath(extensionUri, 'docs', 'lessons', `${name}${ending}`);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', page);
  }

  /** The lesson after the one on show, in its place: that one's lab ends. */
  async next(): Promise<void> {
    const { runner } = this.#workbench;
    const name = this.#name();
    const next = name && nextLesson(name);
    if (!next) return;
    const before = this.#session();
    await openLesson(this.#workbench, next);
    if (before) await runner.stop(before);
  }

  /** The requests of the file once more, in a lab that knows of nothing that was before. */
  async again(): Promise<void> {
    const { panel, runner } = this.#workbench;
    if (panel.uri !== undefined) await runner.restart(vscode.Uri.parse(panel.uri));
  }

  dispose(): void {
    this.#listening.dispose();
    clearTimeout(this.#timer);
  }

  #soon(patienceMs = Math.max(PATIENCE_MS, this.#costMs / SHARE)): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#workbench.messages.attempt(() => this.#show());
    }, patienceMs);
  }

  async #show(): Promise<void> {
    const { panel, translate } = this.#workbench;
    const { uri } = panel;
    const session = this.#session();
    if (!session) return this.#showUnplanned(uri);
    const { expect } = session.version.plan;
    if (!expect) return panel.showLesson(undefined);
    const { lessonView } = await import('../core/lessons/view.ts');
    const began = performance.now();
    const lineOf: LabSession['version']['lineOf'] = (place) => session.version.lineOf(place);
    panel.showLesson(lessonView(session.file, session.recording, expect, lineOf, translate));
    this.#costMs = performance.now() - began;
  }

  async #showUnplanned(uri: string | undefined): Promise<void> {
    const { panel, files, texts, translate } = this.#workbench;
    if (uri === undefined) return panel.showLesson(undefined);
    const address = vscode.Uri.parse(uri);
    const name = fileNameOf(address);
    const text = await files.read(address).catch(() => '');
    const { loaded } = (await texts()).of({ uri, name, text });
    const { unplannedLesson } = await import('../core/lessons/view.ts');
    if (panel.uri !== uri) return;
    panel.showLesson(loaded.plan ? undefined : unplannedLesson(name, loaded, translate));
  }

  #session(): LabSession | undefined {
    const { labs, panel } = this.#workbench;
    return panel.uri === undefined ? undefined : labs.of(panel.uri);
  }

  #name(): ReturnType<typeof lessonOf> {
    const { uri } = this.#workbench.panel;
    return uri === undefined ? undefined : lessonOf(fileNameOf(vscode.Uri.parse(uri)));
  }
}
