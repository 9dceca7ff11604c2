import type { LessonName } from '../../core/lessons/lessons.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { openTopology } from './open-topology.ts';

/**
 * A new file of a lesson, in the editor and running. One of which no plan can be made runs nowhere: its file and the panel
 * say what is wrong.
 */
export async function openLesson(workbench: Workbench, name: LessonName): Promise<void> {
  const { files, panel, runner, texts } = workbench;
  const uri = await files.create(files.lesson(name));
  await openTopology(uri);
  const file = { uri: uri.toString(), name: fileNameOf(uri), text: await files.read(uri) };
  const { plan } = (await texts()).of(file).loaded;
  if (plan) await runner.start(uri);
  else await panel.show(file.uri);
}
