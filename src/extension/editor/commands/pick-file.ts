import * as vscode from 'vscode';
import { pick } from '../editor-ui.ts';
import type { Workbench } from '../workbench.ts';

/** The only one of these files, or the one that somebody picks. */
export async function pickFile(
  { translate }: Workbench,
  files: readonly vscode.Uri[],
): Promise<vscode.Uri | undefined> {
  if (files.length < 2) return files[0];
  const picks = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const picked = await pick(picks, translate('extension.which-file'));
  return picked?.uri;
}
