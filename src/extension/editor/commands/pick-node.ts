import { pick } from '../editor-ui.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import type { Workbench } from '../workbench.ts';

/** Asks for one of a lab's nodes by name. */
export async function pickNode(
  { translate }: Workbench,
  { version }: LabSession,
): Promise<string | undefined> {
  const picks = version.plan.nodes.map(({ name, role }) => ({
    label: name,
    description: translate(`extension.role.${role}`),
  }));
  const picked = await pick(picks, translate('extension.which-node'));
  return picked?.label;
}
