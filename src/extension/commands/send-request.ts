import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Send Request`: one request of a traffic entry, now; asks which when there are several and none was named. */
export async function sendRequest(workbench: Workbench, argument: unknown, entry?: unknown): Promise<void> {
  const { translate } = workbench;
  const session = await labTarget(workbench, argument);
  if (!session) return;
  const { traffic } = session.plan;
  if (typeof entry === 'number' || traffic.length < 2) {
    await session.request(typeof entry === 'number' ? entry : 0);
    return;
  }
  const picks = traffic.map(({ from, request }, index) => ({ label: request, description: from, index }));
  const picked = await vscode.window.showQuickPick(picks, {
    placeHolder: translate('extension.which-request'),
  });
  if (picked) await session.request(picked.index);
}
