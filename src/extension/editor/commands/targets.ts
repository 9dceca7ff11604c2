import * as vscode from 'vscode';
import { pick } from '../editor-ui.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { isTreeItem } from '../../core/tree/tree-item.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

/** The file that a command is about: the one it was called for, else the one somebody looks at. */
export function fileTarget({ files, panel }: Workbench, argument: unknown): vscode.Uri | undefined {
  const uri = uriOf(argument) ?? files.active()?.uri;
  if (uri) return uri;
  return panel.uri === undefined ? undefined : vscode.Uri.parse(panel.uri);
}

/**
 * The lab that a command is about; asks when several could be meant, and says so when there is none. A command that was
 * called for one file is never about another one's lab.
 */
export async function labTarget(
  workbench: Workbench,
  argument: unknown,
  fits: (session: LabSession) => boolean = ({ run }) => run.isRunning,
): Promise<LabSession | undefined> {
  const { labs, translate, messages } = workbench;
  const asked = uriOf(argument);
  const uri = asked ?? fileTarget(workbench, undefined);
  const own = uri && labs.of(uri.toString());
  if (own && fits(own)) return own;
  const candidates = asked ? [] : labs.all().filter(fits);
  const starting = candidates.length > 0 ? undefined : [own, ...(asked ? [] : labs.all())].find(isStarting);
  if (starting) {
    messages.hint(translate('extension.lab-starting', { file: starting.file }));
    return undefined;
  }
  if (asked) {
    messages.hint(translate('extension.lab-not-running', { file: fileNameOf(asked) }), {
      text: translate('extension.start-lab'),
      command: 'lbLab.start',
      arguments: [asked],
    });
    return undefined;
  }
  if (candidates.length > 1) {
    const picks = candidates.map((session) => ({
      label: session.version.plan.lab,
      description: fileNameOf(vscode.Uri.parse(session.uri)),
      session,
    }));
    const picked = await pick(picks, translate('extension.which-lab'));
    return picked?.session;
  }
  if (candidates.length === 0)
    messages.hint(translate('extension.no-lab'), {
      text: translate('extension.start-dr'),
      command: 'lbLab.startDr',
    });
  return candidates[0];
}

function isStarting(session: LabSession | undefined): boolean {
  return session?.run.state.kind === 'starting';
}

/** Buttons on editors and in the explorer hand over an address, those in the tree an item. */
export function uriOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  if (isTreeItem(argument)) return vscode.Uri.parse(argument.uri);
  return typeof argument === 'string' && argument.includes(':') ? vscode.Uri.parse(argument) : undefined;
}
