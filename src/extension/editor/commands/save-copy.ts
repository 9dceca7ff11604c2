import * as vscode from 'vscode';
import { FILE_ENDINGS } from '../../core/ids.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { openTopology } from './open-topology.ts';
import { fileTarget } from './targets.ts';

/** `Save a Copy`: of a topology that lies where nobody would look for it. */
export async function saveCopy(workbench: Workbench, argument: unknown): Promise<void> {
  const { files, translate } = workbench;
  const uri = fileTarget(workbench, argument);
  if (!uri) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, fileNameOf(uri)) }),
    // What is typed without an ending becomes a topology too.
    filters: { [translate('extension.topology')]: FILE_ENDINGS },
    title: translate('extension.save-copy'),
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(await files.read(uri)));
  await openTopology(target);
}
