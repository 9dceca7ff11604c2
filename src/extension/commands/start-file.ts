import type { Workbench } from '../workbench.ts';
import { fileTarget } from './targets.ts';

/** `Start Lab`: of the open topology file, or the one a menu was opened on. */
export async function startFile(workbench: Workbench, argument: unknown): Promise<void> {
  const { runner, messages, translate } = workbench;
  const uri = fileTarget(workbench, argument);
  if (uri) await runner.start(uri);
  else
    messages.hint(translate('extension.open-a-topology'), {
      text: translate('extension.new-topology'),
      command: 'lbLab.newTopology',
    });
}
