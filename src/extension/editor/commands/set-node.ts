import type { NodeSetting } from '../../../lab/engine.ts';
import { isTreeItem } from '../../core/tree/tree-item.ts';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';
import { pickNode } from './pick-node.ts';

/** `Stop Node`, `Pause Node`, `Start Node`: by hand, over whatever the file says, until a restart. */
export async function setNode(workbench: Workbench, argument: unknown, state: NodeSetting): Promise<void> {
  const session = await labTarget(workbench, argument);
  if (!session) return;
  const node =
    isTreeItem(argument) && argument.kind === 'node' ? argument.name : await pickNode(workbench, session);
  if (node !== undefined && !(await session.run.setNode(node, state)))
    workbench.messages.hint(workbench.translate('extension.node-cannot', { node }));
}
