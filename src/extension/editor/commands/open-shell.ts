import type * as vscode from 'vscode';
import { refuseCovered } from '../../core/labs/refuse-covered.ts';
import { openTerminal } from '../editor-ui.ts';
import { isTreeItem } from '../../core/tree/tree-item.ts';
import type { Workbench } from '../workbench.ts';
import { pickNode } from './pick-node.ts';
import { labTarget } from './targets.ts';

/** `Open Shell in Node`: a real shell in a container, a small console in memory. */
export async function openShell(workbench: Workbench, argument: unknown, named?: unknown): Promise<void> {
  const { platform, translate } = workbench;
  const session = await labTarget(workbench, argument);
  if (!session) return;
  refuseCovered(session, translate);
  const known = isTreeItem(argument) && argument.kind === 'node' ? argument.name : named;
  const node = typeof known === 'string' ? known : await pickNode(workbench, session);
  if (node === undefined) return;
  const name = translate('extension.shell-name', { node, lab: session.version.plan.lab });
  let pty: vscode.Pseudoterminal;
  if (session.run.engineName === 'docker' && platform.docker) pty = platform.docker.shell(session, node);
  else {
    const { ConsoleTerminal } = await import('../shell/console-terminal.ts');
    pty = new ConsoleTerminal(session, node, translate);
  }
  workbench.mysteries.look(session.uri, 'shell');
  openTerminal(name, pty);
}
