import * as vscode from 'vscode';
import { contextKeys, FILE_PATTERN } from '../../core/ids.ts';
import type { Workbench } from '../workbench.ts';

/** Keeps the context keys that menus, keys and welcome views ask for. */
export function watchContexts({ labs, platform, files }: Workbench): vscode.Disposable {
  const told = new Map<string, string>();
  const set = (key: string, value: unknown) => {
    const text = JSON.stringify(value);
    if (told.get(key) === text) return;
    told.set(key, text);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const labsChanged = () => {
    const running = labs.running();
    set(contextKeys.anyRunning, running.length > 0);
    set(contextKeys.runningFiles, pathsOf(running));
    const recorded = labs.all().filter(({ recording }) => recording.head.startedAt !== '');
    set(contextKeys.recordedFiles, pathsOf(recorded));
    set(contextKeys.anyRecorded, recorded.length > 0);
    // The walkthrough remembers it: it is not taken back.
    if (recorded.some(({ recording }) => recording.changes.length > 0)) set(contextKeys.hasApplied, true);
  };
  const trustChanged = () =>
    set(contextKeys.dockerAllowed, platform.docker !== undefined && vscode.workspace.isTrusted);
  const filesChanged = () =>
    void files.saved().then(
      (saved) => set(contextKeys.hasTopology, saved.length > 0),
      () => undefined,
    );
  set(contextKeys.web, platform.isWeb);
  labsChanged();
  trustChanged();
  filesChanged();
  const watcher = vscode.workspace.createFileSystemWatcher(FILE_PATTERN, false, true, false);
  return vscode.Disposable.from(
    labs.onDidChange(({ news }) => {
      if (news !== 'events') labsChanged();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(trustChanged),
    vscode.workspace.onDidChangeWorkspaceFolders(filesChanged),
    watcher,
    watcher.onDidCreate(filesChanged),
    watcher.onDidDelete(filesChanged),
  );
}

/**
 * As a menu's `resourcePath` may be written: the window may run on another system than the extension, and then has its
 * own idea of the address and of separators.
 */
function pathsOf(sessions: readonly { readonly uri: string }[]): string[] {
  return sessions.flatMap(({ uri }) => {
    const { path, fsPath } = vscode.Uri.parse(uri);
    return [...new Set([path, fsPath, path.replaceAll('/', '\\')])];
  });
}
