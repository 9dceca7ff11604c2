import * as vscode from 'vscode';
import { localeOf, makeTranslate } from '../l10n/translate.ts';
import type { Action, LabState, Place } from '../webview/protocol.ts';
import { saveExport } from './commands/export-capture.ts';
import { handlers } from './commands/handlers.ts';
import { commandIds, innerCommandIds, type CommandId } from './ids.ts';
import { LabRunner } from './lab-runner.ts';
import { Labs } from './labs/labs.ts';
import { LiveLabs } from './labs/live-labs.ts';
import { registerLanguage } from './language/register.ts';
import { watchFiles } from './live-reload/watch-files.ts';
import { Messages } from './messages.ts';
import { PanelHost } from './panel-host.ts';
import type { Platform, PlatformParts } from './platform.ts';
import { revealPlace } from './reveal-place.ts';
import { watchFindings } from './observed/watch-findings.ts';
import { watchContexts } from './status/contexts.ts';
import { languageStatus } from './status/language-status.ts';
import { statusBar } from './status/status-bar.ts';
import { labsView } from './views/labs-view.ts';
import { recordingLimits } from './settings.ts';
import { TopologyFiles } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** The extension while it is active: it owns everything there is, and `dispose` leaves nothing. */
export class LbLab {
  readonly #workbench: Workbench;
  readonly #disposables: vscode.Disposable[] = [];

  constructor(context: vscode.ExtensionContext, platformFor: (parts: PlatformParts) => Platform) {
    const locale = localeOf(vscode.env.language);
    const translate = makeTranslate(locale);
    const log = vscode.window.createOutputChannel('LB Lab', { log: true });
    const platform = platformFor({ context, translate, log });
    const files = new TopologyFiles(context);
    const labs = new Labs({ translate, limits: recordingLimits });
    const messages = new Messages(translate, log);
    const { engines } = platform;
    const panel = new PanelHost({
      context,
      translate,
      locale,
      log,
      labs,
      act: (action, uri) => this.#act(action, uri),
      open: (uri, place) => void messages.attempt(() => this.#reveal(uri, place)),
      save: (session, format, data) => saveExport({ files, translate }, session, format, data),
      emptyState: () => this.#emptyState(),
    });
    const show = (uri: string) => void messages.attempt(() => panel.show(uri));
    const runner = new LabRunner({
      translate,
      labs,
      engines,
      files,
      messages,
      show: (session) => show(session.uri),
    });
    const workbench = {
      context,
      translate,
      locale,
      log,
      labs,
      engines,
      files,
      messages,
      runner,
      panel,
      platform,
    };
    this.#workbench = workbench;
    this.#disposables.push(
      log,
      panel,
      registerLanguage({ translate, live: new LiveLabs(labs) }),
      watchContexts(workbench),
      watchFiles(workbench),
      watchFindings(workbench),
      labsView(workbench),
      statusBar(workbench),
      languageStatus(workbench),
      ...[...commandIds, ...innerCommandIds].map((id) =>
        vscode.commands.registerCommand(id, (...args: unknown[]) => this.#run(id, args)),
      ),
    );
  }

  /** Ends every lab. Resolves when nothing of them is left. */
  async dispose(): Promise<void> {
    for (const disposable of this.#disposables.splice(0).reverse()) disposable.dispose();
    await this.#workbench.labs.stopAll();
  }

  async #run(id: CommandId, args: readonly unknown[]): Promise<void> {
    await this.#workbench.messages.attempt(async () => handlers[id](this.#workbench, ...args));
  }

  #act(action: Action, uri: string | undefined): void {
    switch (action.kind) {
      case 'send-request':
        return void this.#run('lbLab.sendRequest', [uri, action.traffic]);
      case 'start':
        return void this.#run('lbLab.start', [uri]);
      case 'stop':
        return void this.#run('lbLab.stop', [uri]);
      case 'restart':
        return void this.#run('lbLab.restart', [uri]);
      case 'use-docker':
        return void this.#run('lbLab.useDocker', [uri]);
      case 'new-topology':
        return void this.#run('lbLab.newTopology', []);
      case 'clear':
        if (uri !== undefined) this.#workbench.labs.of(uri)?.clear();
        return;
      case 'dismiss-card':
      case 'card':
        return;
    }
  }

  async #reveal(uri: string, place: Place): Promise<void> {
    await revealPlace(vscode.Uri.parse(uri), place);
  }

  #emptyState(): LabState {
    const { panel } = this.#workbench;
    return { kind: 'none', reason: panel.uri === undefined ? 'no-file' : 'not-running' };
  }
}
