import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { startModel } from './start-model.ts';

/** The cards of the first run, from the first one on; they speak of the DR example, which is started unless it is on show. */
export async function firstRunAgain(workbench: Workbench): Promise<void> {
  const { labs, panel, files, firstRun } = workbench;
  const shown = panel.uri === undefined ? undefined : labs.of(panel.uri);
  if (shown?.version.plan.model !== 'dr' || !(await files.isExample(shown.version.text)))
    await startModel(workbench, 'dr');
  else await panel.show(vscode.Uri.parse(shown.uri).toString());
  await firstRun().again();
}
