import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Stop Lab`: nothing of it is left but its recording. */
export async function stopLab(workbench: Workbench, argument: unknown): Promise<void> {
  const session = await labTarget(workbench, argument, ({ run }) =>
    ['running', 'starting'].includes(run.state.kind),
  );
  if (session) await workbench.runner.stop(session);
}
