import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Apply`: saves the file and takes it to its running lab. */
export async function applyFile(workbench: Workbench, argument: unknown): Promise<void> {
  const session = await labTarget(workbench, argument);
  if (session) await workbench.runner.apply(vscode.Uri.parse(session.uri));
}
