import * as vscode from 'vscode';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { captureOf, saveExport } from './export-capture.ts';
import { labTarget } from './targets.ts';

/** `Open in Wireshark`: on this machine at once; where the lab runs elsewhere, or there is no Wireshark, a file to take. */
export async function openInWireshark(workbench: Workbench, argument: unknown): Promise<void> {
  const { context, platform, translate, messages } = workbench;
  const session = await labTarget(workbench, argument, ({ recording }) => recording.head.startedAt !== '');
  if (!session) return;
  const data = await captureOf(workbench, session);
  if (platform.openInWireshark) {
    const folder = context.globalStorageUri;
    await vscode.workspace.fs.createDirectory(folder);
    const file = vscode.Uri.joinPath(folder, `${session.version.plan.lab}.pcapng`);
    await vscode.workspace.fs.writeFile(file, data);
    if (await platform.openInWireshark(file)) return;
  }
  const saved = await saveExport(workbench, session, 'pcapng', data);
  if (!saved) return;
  // Where the window is on another machine than the file, the explorer can bring it over: of what is in the folder.
  const isElsewhere = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  const canDownload = isElsewhere && vscode.workspace.getWorkspaceFolder(saved) !== undefined;
  messages.hint(
    translate('extension.no-wireshark', { file: fileNameOf(saved) }),
    canDownload
      ? { text: translate('extension.download'), command: 'lbLab.download', arguments: [saved] }
      : undefined,
  );
}
