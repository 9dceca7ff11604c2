import { withProgress } from '../editor-ui.ts';
import { LabFailure } from '../../core/labs/lab-failure.ts';
import type { Workbench } from '../workbench.ts';

/** `Clean Up`: takes away what Docker labs left behind that nobody holds any more. */
export async function cleanUp({ platform, translate, messages }: Workbench): Promise<void> {
  const { docker } = platform;
  if (!docker) throw new LabFailure(translate('extension.docker-not-in-browser'));
  const removed = await withProgress(translate('extension.cleaning-up'), undefined, () => docker.cleanUp());
  messages.hint(
    removed.length === 0
      ? translate('extension.nothing-left')
      : translate('extension.removed', { labs: removed.join(', ') }),
  );
}
