import type { Workbench } from '../workbench.ts';
import { pickFile } from './pick-file.ts';
import { fileTarget } from './targets.ts';
import { openTopology } from './open-topology.ts';

/** `Start Lab`: of the open topology file, or the one a menu was opened on; else of one in the workspace. */
export async function startFile(workbench: Workbench, argument: unknown): Promise<void> {
  const { files, runner, messages, translate } = workbench;
  const uri = fileTarget(workbench, argument);
  if (uri) {
    await runner.start(uri);
    return;
  }
  const saved = await files.saved();
  if (saved.length === 0) {
    messages.hint(translate('extension.open-a-topology'), {
      text: translate('extension.new-topology'),
      command: 'lbLab.newTopology',
    });
    return;
  }
  const picked = await pickFile(workbench, saved);
  if (!picked) return;
  await openTopology(picked);
  await runner.start(picked);
}
