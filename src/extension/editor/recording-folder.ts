import * as vscode from 'vscode';
import type { Folder } from '../core/labs/recording-shelf.ts';

/** A folder of the extension's storage, wherever the editor keeps it. */
export function recordingFolder(root: vscode.Uri): Folder {
  const { fs } = vscode.workspace;
  const at = (path: string) => vscode.Uri.joinPath(root, path);
  return {
    names: async (folder = '') => {
      try {
        return (await fs.readDirectory(at(folder))).map(([name]) => name);
      } catch {
        return [];
      }
    },
    read: async (path) => fs.readFile(at(path)),
    // Makes the folders above it by itself.
    write: async (path, bytes) => fs.writeFile(at(path), bytes),
    remove: async (path) => {
      try {
        await fs.delete(at(path), { recursive: true });
      } catch {
        // It is gone already.
      }
    },
  };
}
