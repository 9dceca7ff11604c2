import * as vscode from 'vscode';
import type { Locale, Translate } from '../l10n/translate.ts';
import type { Action } from '../panel-protocol/messages.ts';
import type { LabState } from '../lab/lab-state.ts';
import { saveExport } from './editor/commands/export-capture.ts';
import { handlers } from './editor/commands/handlers.ts';
import { FirstRun } from './editor/first-run.ts';
import { captureEditor } from './editor/captures/capture-editor.ts';
import { watchCursor } from './editor/highlight.ts';
import { createLog } from './editor/editor-ui.ts';
import { commandIds, innerCommandIds, type CommandId } from './core/ids.ts';
import { Lessons } from './editor/lessons.ts';
import { LabKeeper } from './editor/keep-labs.ts';
import { LabRunner } from './editor/lab-runner.ts';
import { Labs } from './core/labs/labs.ts';
import { LiveLabs } from './core/labs/live-labs.ts';
import { registerLanguageLater } from './editor/language/register-later.ts';
import { watchFiles } from './editor/watch-files.ts';
import { Mysteries } from './core/mystery/mysteries.ts';
import { Messages } from './editor/messages.ts';
import { watchMysteries } from './editor/watch-mysteries.ts';
import { watchFindings } from './editor/watch-findings.ts';
import { ComparisonView } from './editor/comparison-view.ts';
import { PanelHost } from './editor/panel-host.ts';
import type { TopologyTexts } from './core/language/topology-texts.ts';
import type { Platform, PlatformParts } from './editor/platform.ts';
import { revealPlace } from './editor/reveal-place.ts';
import { recordingLimits } from './editor/settings.ts';
import { watchContexts } from './editor/status/contexts.ts';
import { languageStatus } from './editor/status/language-status.ts';
import { statusBar } from './editor/status/status-bar.ts';
import { fileNameOf, TopologyFiles } from './editor/topology-files.ts';
import { labsView } from './editor/views/labs-view.ts';
import { testExplorer } from './editor/testing/test-explorer.ts';
import type { Workbench } from './editor/workbench.ts';

const watchers = [
  watchContexts,
  watchFiles,
  watchFindings,
  watchMysteries,
  watchCursor,
  testExplorer,
  statusBar,
  languageStatus,
];

/** The extension while it is active: it owns everything there is, and `dispose` leaves nothing. */
export class LbLab {
  readonly #workbench: Workbench;
  readonly #firstRun: FirstRun;
  readonly #lessons: Lessons;
  readonly #keeper: LabKeeper;
  readonly #later: ReturnType<typeof setTimeout>;
  readonly #disposables: vscode.Disposable[] = [];

  constructor(
    context: vscode.ExtensionContext,
    language: { readonly locale: Locale; readonly translate: Translate },
    platformFor: (parts: PlatformParts) => Platform,
  ) {
    const { locale, translate } = language;
    const log = createLog('LB Lab');
    const platform = platformFor({ context, translate, log });
    const { engines } = platform;
    const files = new TopologyFiles(context, locale);
    // What reads topologies is loaded when there is one.
    let topologyTexts: Promise<TopologyTexts> | undefined;
    const texts = () =>
      (topologyTexts ??= import('./core/language/topology-texts.ts').then(
        ({ TopologyTexts }) => new TopologyTexts(),
      ));
    const mysteries = new Mysteries(context.workspaceState, () => Date.now());
    const labs = new Labs({
      ...{ translate, texts, limits: recordingLimits },
      mysteryOf: (uri) => mysteries.of(uri),
    });
    const messages = new Messages(translate, log);
    const panel = new PanelHost({
      context,
      translate,
      locale,
      log,
      labs,
      onShown: () => {
        void messages.attempt(() => this.#firstRun.look());
        this.#lessons.look();
      },
      act: (action, uri) => void messages.attempt(async () => this.#act(action, uri)),
      open: (uri, place) =>
        void messages.attempt(() => revealPlace(this.#workbench, vscode.Uri.parse(uri), place)),
      save: async (session, format, data) => {
        const saved = await saveExport({ files, translate }, session, format, data);
        return saved && fileNameOf(saved);
      },
      looked: (uri, kind) => mysteries.look(uri, kind),
      emptyState: (uri): LabState => ({
        kind: 'none',
        reason: uri === undefined ? 'no-file' : 'not-running',
      }),
    });
    const show = (uri: string) => void messages.attempt(() => panel.show(uri));
    const runner = new LabRunner({
      ...{ translate, labs, engines, files, messages },
      show: ({ uri }) => show(uri),
    });
    const comparison = new ComparisonView({ context, translate, locale });
    const parts = {
      comparison,
      context,
      translate,
      locale,
      log,
      labs,
      mysteries,
      texts,
      files,
      messages,
      runner,
      panel,
      platform,
    };
    this.#workbench = { ...parts, firstRun: () => this.#firstRun };
    this.#firstRun = new FirstRun(this.#workbench);
    this.#lessons = new Lessons(this.#workbench, locale);
    this.#keeper = new LabKeeper(this.#workbench);
    this.#disposables.push(
      log,
      panel,
      comparison,
      this.#firstRun,
      this.#lessons,
      this.#keeper,
      registerLanguageLater({
        translate,
        texts,
        live: new LiveLabs(labs),
        onError: (error) => messages.failure(error),
      }),
      labsView(this.#workbench),
      captureEditor(this.#workbench),
      ...[...commandIds, ...innerCommandIds].map((id) =>
        vscode.commands.registerCommand(id, (...args: unknown[]) => this.#run(id, args)),
      ),
    );
    // What nobody waits for: the editor has others to activate.
    this.#later = setTimeout(() => {
      for (const watch of watchers) this.#disposables.push(watch(this.#workbench));
    });
    void this.#keeper.takeUp();
  }

  /** Ends every lab but those that can be taken up again. Resolves when nothing of the others is left. */
  async dispose(): Promise<void> {
    const { labs } = this.#workbench;
    clearTimeout(this.#later);
    this.#keeper.dispose();
    await this.#keeper.flush().catch(() => undefined);
    for (const disposable of this.#disposables.splice(0).reverse()) disposable.dispose();
    await labs.leaveAll();
  }

  async #run(id: CommandId, args: readonly unknown[]): Promise<void> {
    await this.#workbench.messages.attempt(async () => handlers[id](this.#workbench, ...args));
  }

  /** Buttons of the panel; `uri` is the file of the lab on show. */
  async #act(action: Action, uri: string | undefined): Promise<void> {
    switch (action.kind) {
      case 'send-request':
        return this.#run('lbLab.sendRequest', [uri, action.traffic]);
      case 'start':
        return this.#run(uri === undefined ? 'lbLab.startDr' : 'lbLab.start', [uri]);
      case 'stop':
        return this.#run('lbLab.stop', [uri]);
      case 'restart':
        return this.#run('lbLab.restart', [uri]);
      case 'use-docker':
        return this.#run('lbLab.useDocker', [uri]);
      case 'compare':
        return this.#run('lbLab.compareModels', [uri]);
      case 'new-topology':
        return this.#run('lbLab.newTopology', []);
      case 'clear':
        if (uri !== undefined) this.#workbench.labs.of(uri)?.clear();
        return;
      case 'name-cause':
        return this.#run('lbLab.nameCause', [uri]);
      case 'remedy': {
        const remedy = uri === undefined ? undefined : this.#workbench.labs.of(uri)?.run.remedy;
        if (remedy) await vscode.commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
        return;
      }
      case 'predict':
        if (uri !== undefined) this.#workbench.labs.of(uri)?.setCovered(action.on);
        return;
      case 'show-lab':
        if (this.#workbench.labs.of(action.uri)) await this.#workbench.panel.show(action.uri);
        return;
      case 'stop-lab':
        return this.#run('lbLab.stop', [action.uri]);
      case 'pin':
        return this.#workbench.panel.pin(action.pinned);
      case 'dismiss-card':
        return this.#firstRun.dismiss(action.card);
      case 'card':
        return this.#firstRun.act(action.action);
      case 'capture-host':
      case 'capture-clock':
      case 'capture-topology':
      case 'capture-write':
        // Only on a panel of captures, which answers them itself.
        return;
      case 'lesson-page':
        return this.#lessons.page();
      case 'lesson-next':
        return this.#lessons.next();
      case 'lesson-again':
        return this.#lessons.again();
    }
  }
}
