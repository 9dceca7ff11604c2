import * as vscode from 'vscode';
import { Cancelled, LabFailure } from '../labs/lab-failure.ts';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Run This Lab on Docker`: builds the node image unless it is there, and moves the lab. */
export async function useDocker(workbench: Workbench, argument: unknown): Promise<void> {
  const { platform, runner, translate } = workbench;
  const session = await labTarget(workbench, argument, () => true);
  if (!session) return;
  const { docker } = platform;
  if (!docker) throw new LabFailure(translate('extension.docker-not-in-browser'));
  if (!vscode.workspace.isTrusted)
    throw new LabFailure(translate('extension.docker-not-trusted'), {
      text: translate('extension.manage-trust'),
      command: 'lbLab.manageTrust',
    });
  const cancel = new AbortController();
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: translate('extension.building-image'),
      cancellable: true,
    },
    async (progress, token) => {
      token.onCancellationRequested(() => cancel.abort());
      await docker.ensureImage((message) => progress.report({ message }), cancel.signal);
    },
  );
  if (cancel.signal.aborted) throw new Cancelled();
  await runner.moveTo(vscode.Uri.parse(session.uri), 'docker');
}
