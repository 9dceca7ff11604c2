import * as vscode from 'vscode';
import type { Action, Card } from '../../panel-protocol/messages.ts';
import { cardIds, firstRunCards } from '../core/first-run/cards.ts';
import { brokenCard, nextCard } from '../core/first-run/after-break.ts';
import type { LabSession } from '../core/labs/lab-session.ts';
import { lessonNames } from '../core/lessons/lessons.ts';
import { openLesson } from './commands/open-lesson.ts';
import type { Workbench } from './workbench.ts';

const SEEN = 'firstRun.seen';
const ALL_CARDS = [...cardIds, 'what-next'] as const;
/** Until the first request is answered, or was not. */
const PATIENCE_MS = 300;

/** The edit that was made for the reader: what stands in the file since, and what stood there before. */
interface Deed {
  readonly uri: string;
  readonly start: number;
  readonly now: string;
  readonly before: string;
}

/** The cards of the first run: shown once in the panel, and again when the walkthrough asks for them. */
export class FirstRun implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #listening: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: readonly Card[] = [];
  /** The file that the cards speak of. */
  #file: string | undefined;
  #deed: Deed | undefined;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.#listening = workbench.labs.onDidChange(({ session, news }) => {
      if (news !== 'events' || this.#isOver() || session.uri !== workbench.panel.uri) return;
      // What the third card asks for is an edit: whoever makes it, what comes of it is told.
      if (this.#shown.length > 0 && this.#shown[0]!.id !== 'break-it') return;
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void workbench.messages.attempt(() => this.#show());
      }, PATIENCE_MS);
    });
  }

  /** Another lab is on show. */
  async look(): Promise<void> {
    if (!this.#isOver()) await this.#show();
  }

  /** From the first card on. */
  async again(): Promise<void> {
    await this.#workbench.context.globalState.update(SEEN, []);
    await this.#show();
  }

  async dismiss(card: Card['id']): Promise<void> {
    const seen = [...this.#seen(), card === 'broken' ? 'break-it' : card];
    await this.#workbench.context.globalState.update(SEEN, seen);
    await this.#show();
  }

  /** What a card offers to do. */
  async act(action: Extract<Action, { readonly kind: 'card' }>['action']): Promise<void> {
    switch (action) {
      case 'edit':
        return this.#break();
      case 'undo':
        return this.#undo();
      case 'tun':
        await this.dismiss('what-next');
        return vscode.commands.executeCommand('lbLab.startTun');
      case 'lessons':
        await this.dismiss('what-next');
        return openLesson(this.#workbench, lessonNames[0]);
      case 'own':
        await this.dismiss('what-next');
        return vscode.commands.executeCommand('lbLab.newTopology');
    }
  }

  dispose(): void {
    this.#listening.dispose();
    clearTimeout(this.#timer);
  }

  /** Breaks the file as somebody would by hand. */
  async #break(): Promise<void> {
    const session = this.#session();
    const server = session?.version.plan.services.find(({ model }) => model === 'dr')?.servers[0]?.name;
    if (!session || server === undefined) return;
    const { texts } = this.#workbench;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(session.uri));
    const file = { uri: session.uri, name: session.file, text: document.getText() };
    const { breakIt } = await import('../core/first-run/break-it.ts');
    const inserted = breakIt((await texts()).of(file), server);
    if (!inserted) return;
    const { start, end, text } = inserted;
    this.#deed = { uri: session.uri, start, now: text, before: file.text.slice(start, end) };
    await this.#replace(document, start, end, text);
    await this.#take(session);
  }

  async #undo(): Promise<void> {
    const session = this.#session();
    const deed = this.#deed;
    if (!session || deed?.uri !== session.uri) return;
    this.#deed = undefined;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(session.uri));
    const { start, now, before } = deed;
    const end = start + now.length;
    // Where the reader has gone on from there, the edit is theirs.
    if (document.getText().slice(start, end) === now) {
      await this.#replace(document, start, end, before);
      await this.#take(session);
    }
    await this.dismiss('broken');
  }

  /** As typed by somebody: the editor shows the place, with what stands there now selected. */
  async #replace(document: vscode.TextDocument, start: number, end: number, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    await vscode.workspace.applyEdit(edit);
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    await vscode.window.showTextDocument(document, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      preserveFocus: true,
      preview: false,
      selection: new vscode.Range(document.positionAt(start), document.positionAt(start + text.length)),
    });
  }

  /** Saved, applied, and tried with a request. */
  async #take(session: LabSession): Promise<void> {
    const { files, runner } = this.#workbench;
    const uri = vscode.Uri.parse(session.uri);
    if (await files.save(uri)) await runner.apply(uri);
    await session.request();
  }

  async #show(): Promise<void> {
    this.#shown = await this.#cards();
    this.#workbench.panel.showCards(this.#shown);
  }

  /** Only beside an example as it was shipped, or as the third card has it: of other files the cards would not be true. */
  async #cards(): Promise<Card[]> {
    const { files, translate } = this.#workbench;
    const session = this.#session();
    if (!session || session.version.plan.expect) return [];
    const { recording, version, uri } = session;
    const isExample = await files.isExample(version.text);
    const seen = this.#seen();
    if (!isExample && uri !== this.#file) return [];
    const report = recording.report();
    const cards = isExample ? firstRunCards(report, version.plan, seen, translate) : [];
    if (cards.length > 0) this.#file = uri;
    if (cards.length > 0 || uri !== this.#file) return cards;
    const canUndo = this.#deed?.uri === uri;
    const broken = seen.has('break-it') ? undefined : brokenCard(report, recording.epoch, canUndo, translate);
    if (broken) return [broken];
    return cardIds.every((id) => seen.has(id)) && !seen.has('what-next') ? [nextCard(translate)] : [];
  }

  #session(): LabSession | undefined {
    const { labs, panel } = this.#workbench;
    return panel.uri === undefined ? undefined : labs.of(panel.uri);
  }

  #isOver(): boolean {
    const seen = this.#seen();
    return ALL_CARDS.every((id) => seen.has(id));
  }

  #seen(): ReadonlySet<string> {
    const seen: unknown = this.#workbench.context.globalState.get(SEEN);
    return new Set(Array.isArray(seen) ? seen.filter((one) => typeof one === 'string') : []);
  }
}
