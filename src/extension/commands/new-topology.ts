import * as vscode from 'vscode';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { openTopology } from './open-topology.ts';

interface Pick extends vscode.QuickPickItem {
  readonly uri?: vscode.Uri;
}

/** `New Topology`: a new file from an example or a lesson, shown in the editor. */
export async function newTopology(workbench: Workbench): Promise<void> {
  const { files, translate } = workbench;
  const { examples, lessons } = await files.samples();
  const group = (key: string): Pick => ({
    label: translate(key),
    kind: vscode.QuickPickItemKind.Separator,
  });
  const picks: Pick[] = [
    group('extension.examples'),
    ...(await Promise.all(examples.map(pickOf))),
    group('extension.lessons'),
    ...(await Promise.all(lessons.map(pickOf))),
  ];
  const options = { placeHolder: translate('extension.which-sample'), matchOnDetail: true };
  const picked = await vscode.window.showQuickPick(picks, options);
  if (picked?.uri) await openTopology(workbench, await files.create(picked.uri));
}

async function pickOf(uri: vscode.Uri): Promise<Pick> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  return { label: fileNameOf(uri).replace('.lblab.yaml', ''), detail: firstComment(text), uri };
}

/** Samples say in their first line what they show. */
function firstComment(text: string): string {
  return /^#\s*(?:Lesson:\s*)?(.*)$/m.exec(text)?.[1] ?? '';
}
