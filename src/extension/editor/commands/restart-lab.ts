import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Restart Lab`: stops and pauses made by hand are gone, the recording goes on. */
export async function restartLab(workbench: Workbench, argument: unknown): Promise<void> {
  const session = await labTarget(workbench, argument, () => true);
  if (session) await workbench.runner.restart(vscode.Uri.parse(session.uri));
}
