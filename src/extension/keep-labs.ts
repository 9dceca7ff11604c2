import * as vscode from 'vscode';
import { showMessage } from './editor-ui.ts';
import type { LabSession } from './labs/lab-session.ts';
import { recordingName } from './labs/recording-name.ts';
import {
  mayGoOnUnasked,
  rememberedLabs,
  rememberRunning,
  type RememberedLab,
} from './labs/remembered-labs.ts';
import { recordingLimits } from './settings.ts';
import { fileNameOf } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** So long after something was recorded it is written down, in case the window is gone at once. */
const PATIENCE_MS = 3000;
/** Writing takes this share of the time at most: a long recording is written less often. */
const SHARE = 0.02;

/** Labs outlive the window: which ran is remembered, what they recorded is written down, and both are taken up again. */
export class LabKeeper implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #folder: vscode.Uri;
  readonly #listening: vscode.Disposable;
  readonly #waiting = new Map<LabSession, ReturnType<typeof setTimeout>>();
  readonly #costs = new WeakMap<LabSession, number>();

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    const { context, labs } = workbench;
    this.#folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'recordings');
    this.#listening = labs.onDidChange(({ session, news }) => {
      if (news === 'events' || news === 'plan') this.#writeSoon(session);
      if (news === 'state' || news === 'removed') rememberRunning(labs, context.workspaceState);
    });
  }

  /** Starts again what ran when the window was closed; below what was recorded, a row says so. Never rejects. */
  async takeUp(): Promise<void> {
    const { context, labs, messages } = this.#workbench;
    for (const remembered of rememberedLabs(context.workspaceState))
      await messages.attempt(() => this.#takeUp(remembered));
    // What could not be started is not tried again each time.
    rememberRunning(labs, context.workspaceState);
  }

  /** What is recorded by now is written down when it resolves. */
  async flush(): Promise<void> {
    await Promise.all(this.#workbench.labs.all().map((session) => this.#write(session)));
  }

  dispose(): void {
    this.#listening.dispose();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  async #takeUp(remembered: RememberedLab): Promise<void> {
    const { files, labs, runner, log, messages, translate } = this.#workbench;
    const { engine, lab } = remembered;
    const uri = vscode.Uri.parse(remembered.uri);
    const text = await files.read(uri).catch(() => undefined);
    // The file is gone: there is nothing to run.
    if (text === undefined) return;
    const session = await labs.open({ uri: uri.toString(), name: fileNameOf(uri), text });
    const [{ readRecording }, saved] = await Promise.all([
      import('./labs/saved-recording.ts'),
      this.#read(session),
    ]);
    const recording = saved === undefined ? undefined : readRecording(saved, recordingLimits(), translate);
    if (recording) session.restore(recording);
    log.info(`${session.file}: ran when the window was closed (${engine} ${lab ?? ''})`);
    if (!mayGoOnUnasked(remembered, text)) {
      const button = translate('extension.go-on');
      // Others do not wait for the answer; without one the lab stays as it is.
      void showMessage(
        'warning',
        translate('extension.changed-meanwhile', { file: session.file }),
        button,
      ).then((chosen) =>
        chosen === button ? messages.attempt(() => runner.takeUp(session, engine, lab)) : undefined,
      );
      return;
    }
    await runner.takeUp(session, engine, lab);
  }

  #writeSoon(session: LabSession): void {
    // Not put off by what comes meanwhile: some labs are never quiet.
    if (this.#waiting.has(session)) return;
    const patience = Math.max(PATIENCE_MS, (this.#costs.get(session) ?? 0) / SHARE);
    const timer = setTimeout(() => {
      this.#waiting.delete(session);
      void this.#workbench.messages.attempt(() => this.#write(session));
    }, patience);
    this.#waiting.set(session, timer);
  }

  async #write(session: LabSession): Promise<void> {
    if (session.startedAt === '') return;
    const { saveRecording } = await import('./labs/saved-recording.ts');
    await vscode.workspace.fs.createDirectory(this.#folder);
    const began = performance.now();
    const bytes = new TextEncoder().encode(saveRecording(session.recording));
    this.#costs.set(session, performance.now() - began);
    await vscode.workspace.fs.writeFile(this.#fileOf(session), bytes);
  }

  async #read(session: LabSession): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(this.#fileOf(session)));
    } catch {
      return undefined;
    }
  }

  #fileOf({ uri }: LabSession): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, recordingName(uri));
  }
}
