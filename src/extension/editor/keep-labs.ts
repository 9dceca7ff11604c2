import * as vscode from 'vscode';
import { showMessage } from './editor-ui.ts';
import type { LabRecording } from '../core/labs/lab-recording.ts';
import type { LabSession } from '../core/labs/lab-session.ts';
import { recordingName } from '../core/labs/recording-name.ts';
import { RecordingShelf } from '../core/labs/recording-shelf.ts';
import { mayGoOnUnasked, RememberedLabs, type RememberedLab } from '../core/labs/remembered-labs.ts';
import { recordingFolder } from './recording-folder.ts';
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
  readonly #remembered: RememberedLabs;
  readonly #shelf: RecordingShelf;
  readonly #listening: vscode.Disposable;
  readonly #waiting = new Map<LabSession, ReturnType<typeof setTimeout>>();
  /** How much of each recording was written down. */
  readonly #written = new WeakMap<LabRecording, number>();
  readonly #costs = new WeakMap<LabSession, number>();

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    const { context, labs } = workbench;
    this.#remembered = new RememberedLabs(labs, context.workspaceState);
    const storage = context.storageUri ?? context.globalStorageUri;
    this.#shelf = new RecordingShelf(recordingFolder(vscode.Uri.joinPath(storage, 'recordings')));
    this.#listening = labs.onDidChange(({ session, news }) => {
      if (news === 'events' || news === 'plan') this.#writeSoon(session);
      if (news === 'state' || news === 'removed') this.#remembered.write();
    });
  }

  /** Starts again what ran when the window was closed; below what was recorded, a row says so. Never rejects. */
  async takeUp(): Promise<void> {
    const { messages } = this.#workbench;
    for (const lab of this.#remembered.toTakeUp()) await messages.attempt(() => this.#takeUp(lab));
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
    const uri = vscode.Uri.parse(remembered.uri);
    const text = await files.read(uri).catch(() => undefined);
    // The file is gone: there is nothing to run.
    if (text === undefined) return;
    const session = await labs.open({ uri: uri.toString(), name: fileNameOf(uri), text });
    // Somebody was quicker.
    if (session.run.state.kind !== 'none') return;
    const { readRecording } = await import('../core/labs/saved-recording.ts');
    const saved = this.#shelf.load(recordingName(session.uri));
    const recording = await readRecording(saved, recordingLimits(), translate);
    if (session.run.state.kind !== 'none') return;
    if (recording) session.restore(recording);
    log.info(
      `${session.file}: ran when the window was closed (${remembered.engine} ${remembered.lab ?? ''})`,
    );
    if (!mayGoOnUnasked(remembered, text)) {
      const button = translate('extension.go-on');
      // Others do not wait for the answer; without one the lab stays as it is.
      void showMessage(
        'warning',
        translate('extension.changed-meanwhile', { file: session.file }),
        button,
      ).then((chosen) =>
        chosen === button ? messages.attempt(() => runner.takeUp(session, remembered)) : undefined,
      );
      return;
    }
    await runner.takeUp(session, remembered);
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
    const { recording } = session;
    // Nothing of a mystery is written down: it begins anew, and is sealed again.
    if (
      recording.isSealed ||
      recording.head.startedAt === '' ||
      this.#written.get(recording) === recording.added
    )
      return;
    const { savedParts } = await import('../core/labs/saved-recording.ts');
    const began = performance.now();
    const { added } = recording;
    await this.#shelf.save(recordingName(session.uri), savedParts(recording));
    this.#written.set(recording, added);
    this.#costs.set(session, performance.now() - began);
  }
}
