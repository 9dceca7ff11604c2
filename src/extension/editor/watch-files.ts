import * as vscode from 'vscode';
import { FILE_PATTERN } from '../core/ids.ts';
import { isTopology } from './topology-files.ts';
import type { Workbench } from './workbench.ts';
import { ReloadTiming, type SaveReason } from '../core/labs/reload-timing.ts';

/** Takes a file to its running lab when it is saved, by the editor or by somebody else. */
export function watchFiles(workbench: Workbench): vscode.Disposable {
  const { labs, files, messages, runner, log } = workbench;
  /** Why a document is being saved: told before, used after. */
  const reasons = new Map<string, SaveReason>();

  const timing = new ReloadTiming((uri) => {
    void messages.attempt(async () => {
      // One that is about to run takes it after its start, and one that does not run takes nothing.
      const session = labs.of(uri);
      if (!session) return;
      const outcome = await session.apply(await files.read(vscode.Uri.parse(uri)));
      if (outcome.kind === 'applied')
        log.info(`${session.file}: ${outcome.texts.join('; ')} (${outcome.durationMs} ms)`);
      // What is wrong stands in the editor already.
      if (outcome.kind === 'failed') runner.tell(session, outcome);
    });
  });

  const onDisk = (uri: vscode.Uri) => {
    const document = files.documentOf(uri);
    // Of an open document the editor tells itself, and what somebody is typing is not on disk yet.
    if (labs.of(uri.toString()) && !document) timing.saved(uri.toString(), 'on-disk');
  };
  const watcher = vscode.workspace.createFileSystemWatcher(FILE_PATTERN);
  return vscode.Disposable.from(
    timing,
    watcher,
    watcher.onDidChange(onDisk),
    watcher.onDidCreate(onDisk),
    vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
      if (isTopology(document)) reasons.set(document.uri.toString(), reasonOf(reason));
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (!isTopology(document)) return;
      const uri = document.uri.toString();
      timing.saved(uri, reasons.get(uri) ?? 'manual');
      reasons.delete(uri);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!isTopology(document) || contentChanges.length === 0) return;
      const uri = document.uri.toString();
      timing.typed(uri);
      // A clean document that changed was read anew from disk.
      if (!document.isDirty && !reasons.has(uri) && labs.of(uri)) timing.saved(uri, 'on-disk');
    }),
  );
}

function reasonOf(reason: vscode.TextDocumentSaveReason): SaveReason {
  return reason === vscode.TextDocumentSaveReason.Manual ? 'manual' : 'automatic';
}
