import { pick } from '../editor-ui.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import type { Port } from '../../core/labs/unplugged.ts';
import { isTreeItem } from '../../core/tree/tree-item.ts';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Disconnect from Segment`, `Connect to Segment`: an interface by hand, over whatever the file says, until a restart. */
export async function plug(workbench: Workbench, argument: unknown, off: boolean): Promise<void> {
  const { messages, translate } = workbench;
  const session = await labTarget(workbench, argument);
  if (!session) return;
  const port = portOf(argument) ?? (await pickPort(workbench, session, off));
  if (port && !(await session.unplug(port.node, port.segment, off)))
    messages.hint(translate('extension.node-cannot', { node: port.node }));
}

function portOf(argument: unknown): Port | undefined {
  if (!isTreeItem(argument) || argument.kind !== 'interface' || argument.node === undefined) return undefined;
  return { node: argument.node, segment: argument.name };
}

/** Of the interfaces that are the other way now. */
async function pickPort(
  { translate }: Workbench,
  session: LabSession,
  off: boolean,
): Promise<Port | undefined> {
  const picks = session.version.plan.nodes.flatMap(({ name: node, interfaces }) =>
    interfaces
      .filter(({ down, segment }) => !down && session.run.unplugged.has(node, segment) !== off)
      .map(({ segment }) => ({ label: node, description: segment, port: { node, segment } })),
  );
  const placeHolder = translate(picks.length > 0 ? 'extension.which-interface' : 'extension.no-interface');
  return (await pick(picks, placeHolder))?.port;
}
