import type { Workbench } from '../workbench.ts';
import { fileTarget, labTarget, uriOf } from './targets.ts';

/** `Show Packet Flow`: of the file it was called for, or the open one, running or not; else of a lab that there is. */
export async function showFlow(workbench: Workbench, argument: unknown): Promise<void> {
  const { labs, panel } = workbench;
  const asked = uriOf(argument);
  const uri = asked ?? fileTarget(workbench, undefined);
  if (asked || labs.all().length === 0 || (uri && labs.of(uri.toString()))) {
    await panel.show(uri?.toString());
    return;
  }
  const session = await labTarget(workbench, undefined, () => true);
  if (session) await panel.show(session.uri);
}
