import * as vscode from 'vscode';
import { withProgress } from '../editor-ui.ts';
import { Cancelled, LabFailure } from '../../core/labs/lab-failure.ts';
import type { Workbench } from '../workbench.ts';

/** Builds the node image unless it is there; rejects with `Cancelled` when somebody thought better of it. */
export async function buildImage({ platform, translate }: Workbench): Promise<void> {
  const { docker } = platform;
  if (!docker) throw new LabFailure(translate('extension.docker-not-in-browser'));
  if (!vscode.workspace.isTrusted)
    throw new LabFailure(translate('extension.docker-not-trusted'), {
      text: translate('extension.manage-trust'),
      command: 'lbLab.manageTrust',
    });
  const cancel = new AbortController();
  const title = translate('extension.building-image');
  await withProgress(
    title,
    () => cancel.abort(),
    (report) => docker.ensureImage(report, cancel.signal),
  );
  if (cancel.signal.aborted) throw new Cancelled();
}
