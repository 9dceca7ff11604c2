import * as vscode from 'vscode';
import type { Compared } from '../../../comparison/compare.ts';
import type { Recorded } from '../../../comparison/observe.ts';
import type { VariantName } from '../../../models/models.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { LabFailure } from '../../core/labs/lab-failure.ts';
import { refuseCovered } from '../../core/labs/refuse-covered.ts';
import { pickSeveral } from '../editor-ui.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { fileTarget } from './targets.ts';

interface Choice extends vscode.QuickPickItem {
  /** A model to make of the file, or a recording that there is. */
  readonly variant?: VariantName;
  readonly session?: LabSession;
}

/** `Compare Models`: the first request of a file under several models, or beside other recordings of this window. */
export async function compareModels(workbench: Workbench, argument: unknown): Promise<void> {
  const { files, labs, translate, messages, comparison } = workbench;
  const uri = fileTarget(workbench, argument);
  if (!uri) {
    const remedy = { text: translate('extension.new-topology'), command: 'lbLab.newTopology' } as const;
    messages.hint(translate('extension.open-a-topology'), remedy);
    return;
  }
  const own = labs.of(uri.toString());
  if (own) refuseCovered(own, translate);
  const [{ parseTopology }, core, { modelChoices }, { comparisonTable }] = await Promise.all([
    import('../../../lab/topology/parse.ts'),
    import('../../../comparison/compare.ts'),
    import('../../core/comparison/choices.ts'),
    import('../../../comparison/table.ts'),
  ]);
  const { document } = parseTopology(await files.read(uri), fileNameOf(uri));
  if (!document) {
    const remedy = { text: translate('extension.show-problem'), command: 'lbLab.showPlace' } as const;
    const place = { kind: 'line', line: 1 };
    throw new LabFailure(translate('extension.compare-broken', { file: fileNameOf(uri) }), {
      ...remedy,
      arguments: [uri.toString(), place],
    });
  }
  const models = modelChoices(document, translate).map(
    ({ variant, label, description, isUsual }): Choice => ({ variant, label, description, picked: isUsual }),
  );
  const recordings = labs
    .all()
    .filter(({ recording, isCovered }) => !recording.isEmpty && !isCovered && !recording.isSealed)
    .map((session): Choice => ({ label: session.version.plan.lab, description: session.file, session }));
  const picked = await pickSeveral(
    [
      group(translate('extension.compare-models')),
      ...models,
      ...(recordings.length > 0 ? [group(translate('extension.compare-recordings'))] : []),
      ...recordings,
    ],
    translate('extension.compare-which'),
  );
  if (!picked) return;
  if (picked.length < core.FEWEST || picked.length > core.MOST) {
    messages.hint(translate('extension.compare-how-many'), {
      text: translate('extension.compare-again'),
      command: 'lbLab.compareModels',
      arguments: [uri.toString()],
    });
    return;
  }
  const compared = picked.flatMap(({ variant, session }): Compared[] => {
    if (variant) return [core.underModel(document, variant, translate)];
    return session ? [core.fromRecording(recordedOf(session))] : [];
  });
  await comparison.show(comparisonTable(core.comparison(compared), { translate, values: false }));
}

/** `Export Comparison`: what is on show, as Markdown. */
export async function exportComparison({ comparison, translate }: Workbench): Promise<void> {
  const { table } = comparison;
  if (!table) return;
  const { comparisonMarkdown } = await import('../../core/comparison/comparison-markdown.ts');
  const target = await vscode.window.showSaveDialog({
    filters: { Markdown: ['md'] },
    title: translate('extension.export'),
  });
  if (target)
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(comparisonMarkdown(table)));
}

function group(label: string): Choice {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** As it is now: what is recorded later is not in it. */
function recordedOf({ recording, version }: LabSession): Recorded {
  const { builder } = recording;
  return {
    plan: recording.plans.at(-1)?.plan ?? version.plan,
    report: recording.report(),
    journey: (id) => builder.journey(id),
    frame: (number) => builder.frame(number)?.bytes ?? new Uint8Array(),
  };
}
