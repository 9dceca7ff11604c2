import * as vscode from 'vscode';
import { pick } from '../editor-ui.ts';
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
  const sample = (kind: 'example' | 'lesson', uri: vscode.Uri): Pick => {
    const label = fileNameOf(uri).replace('.lblab.yaml', '');
    return { label, description: translate(`${kind}.${label}`), uri };
  };
  const picks: Pick[] = [
    group('extension.examples'),
    ...examples.map((uri) => sample('example', uri)),
    group('extension.lessons'),
    ...lessons.map((uri) => sample('lesson', uri)),
  ];
  const picked = await pick(picks, translate('extension.which-sample'));
  if (picked?.uri) await openTopology(workbench, await files.create(picked.uri));
}
