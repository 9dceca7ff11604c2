import * as vscode from 'vscode';
import type { Card } from '../../panel-protocol/messages.ts';
import { fileNameOf } from './topology-files.ts';
import type { Workbench } from './workbench.ts';
import { cardIds, firstRunCards } from '../core/first-run/cards.ts';

const SEEN = 'firstRun.seen';
/** Until the first request is answered, or was not. */
const PATIENCE_MS = 300;

/** The cards of the first run: shown once in the panel, and again when the walkthrough asks for them. */
export class FirstRun implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #listening: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: readonly Card[] = [];

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.#listening = workbench.labs.onDidChange(({ session, news }) => {
      if (news !== 'events' || this.#shown.length > 0 || this.#seen().size === cardIds.length) return;
      if (session.uri !== workbench.panel.uri) return;
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void workbench.messages.attempt(() => this.#show());
      }, PATIENCE_MS);
    });
  }

  /** Another lab is on show. */
  async look(): Promise<void> {
    if (this.#seen().size < cardIds.length) await this.#show();
  }

  /** From the first card on. */
  async again(): Promise<void> {
    await this.#workbench.context.globalState.update(SEEN, []);
    await this.#show();
  }

  async dismiss(card: Card['id']): Promise<void> {
    await this.#workbench.context.globalState.update(SEEN, [...this.#seen(), card]);
    await this.#show();
  }

  /** What a card offers to do: breaks the file as somebody would by hand, saves, and sends a request. */
  async act(card: Card['id']): Promise<void> {
    const { labs, panel, files, texts, runner } = this.#workbench;
    const session = panel.uri === undefined ? undefined : labs.of(panel.uri);
    const server = session?.version.plan.services.find(({ model }) => model === 'dr')?.servers[0]?.name;
    if (card !== 'break-it' || !session || server === undefined) return;
    const uri = vscode.Uri.parse(session.uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const file = { uri: session.uri, name: fileNameOf(uri), text: document.getText() };
    const { breakIt } = await import('../core/first-run/break-it.ts');
    const inserted = breakIt((await texts()).of(file), server);
    if (inserted) {
      const edit = new vscode.WorkspaceEdit();
      const range = new vscode.Range(document.positionAt(inserted.start), document.positionAt(inserted.end));
      edit.replace(uri, range, inserted.text);
      await vscode.workspace.applyEdit(edit);
    }
    if (await files.save(uri)) await runner.apply(uri);
    await session.request();
  }

  dispose(): void {
    this.#listening.dispose();
    clearTimeout(this.#timer);
  }

  /** Only beside an example as it was shipped: of other files the cards would not be true. */
  async #show(): Promise<void> {
    const { files, labs, panel, translate } = this.#workbench;
    const session = panel.uri === undefined ? undefined : labs.of(panel.uri);
    const isExample = session !== undefined && (await files.isExample(session.version.text));
    this.#shown = isExample
      ? firstRunCards(session.recording.report(), session.version.plan, this.#seen(), translate)
      : [];
    panel.showCards(this.#shown);
  }

  #seen(): ReadonlySet<string> {
    const seen: unknown = this.#workbench.context.globalState.get(SEEN);
    return new Set(Array.isArray(seen) ? seen.filter((one) => typeof one === 'string') : []);
  }
}
