import type { Workbench } from '../workbench.ts';
import { fileTarget, labTarget } from './targets.ts';

/** `Show Packet Flow`: of the lab of the open file, running or not; else of one that there is. */
export async function showFlow(workbench: Workbench, argument: unknown): Promise<void> {
  const { labs, panel } = workbench;
  const uri = fileTarget(workbench, argument);
  const session =
    (uri && labs.of(uri.toString())) ??
    (labs.all().length > 0 ? await labTarget(workbench, argument, () => true) : undefined);
  const shown = session?.uri ?? uri?.toString();
  if (shown !== undefined) await panel.show(shown);
}
