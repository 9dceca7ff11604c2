import { pickSeveral } from '../editor-ui.ts';
import type { Workbench } from '../workbench.ts';

/** Stops the labs that somebody picks among those that run; all but this one are picked at first. @param uri Its file. */
export async function stopOthers({ labs, runner, translate }: Workbench, uri: unknown): Promise<void> {
  const choices = labs.running().map((session) => ({
    label: session.version.plan.lab,
    description: session.file,
    picked: session.uri !== uri,
    session,
  }));
  const picked = await pickSeveral(choices, translate('extension.which-to-stop'));
  await Promise.all((picked ?? []).map(({ session }) => runner.stop(session)));
}
