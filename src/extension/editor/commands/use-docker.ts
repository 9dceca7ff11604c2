import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { buildImage } from './build-image.ts';
import { labTarget } from './targets.ts';

/** `Run This Lab on Docker`: builds the node image unless it is there, and moves the lab. */
export async function useDocker(workbench: Workbench, argument: unknown): Promise<void> {
  const session = await labTarget(workbench, argument, () => true);
  if (!session) return;
  await buildImage(workbench);
  await workbench.runner.moveTo(vscode.Uri.parse(session.uri), 'docker');
}
