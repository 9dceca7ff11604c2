import * as vscode from 'vscode';
import { pick } from '../editor-ui.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { lessonNames, type LessonName } from '../../core/lessons/lessons.ts';
import { openLesson } from './open-lesson.ts';
import { openTopology } from './open-topology.ts';

interface Pick extends vscode.QuickPickItem {
  readonly example?: vscode.Uri;
  readonly lesson?: LessonName;
}

/** `New Topology`: a new file from an example, shown in the editor, or from a lesson, which is run at once. */
export async function newTopology(workbench: Workbench): Promise<void> {
  const { files, translate } = workbench;
  const { examples } = await files.samples();
  const group = (key: string): Pick => ({
    label: translate(key),
    kind: vscode.QuickPickItemKind.Separator,
  });
  const example = (uri: vscode.Uri): Pick => {
    const label = fileNameOf(uri).replace('.lblab.yaml', '');
    return { label, description: translate(`example.${label}`), example: uri };
  };
  const lesson = (name: LessonName): Pick => ({
    label: name,
    description: translate(`lesson.${name}`),
    lesson: name,
  });
  const picks: Pick[] = [
    group('extension.examples'),
    ...examples.map(example),
    group('extension.lessons'),
    ...lessonNames.map(lesson),
  ];
  const picked = await pick(picks, translate('extension.which-sample'));
  if (picked?.lesson) await openLesson(workbench, picked.lesson);
  else if (picked?.example) await openTopology(await files.create(picked.example));
}
