import * as vscode from 'vscode';
import type { Compared } from '../../../comparison/compare.ts';
import type { VariantName } from '../../../models/models.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { Cancelled, LabFailure } from '../../core/labs/lab-failure.ts';
import { refuseCovered } from '../../core/labs/refuse-covered.ts';
import { pickSeveral, withProgress } from '../editor-ui.ts';
import { recordingLimits } from '../settings.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { askForCaptures } from './explain-captures.ts';
import { fileTarget } from './targets.ts';

interface Choice extends vscode.QuickPickItem {
  /** A model to make of the file, or a recording that there is. */
  readonly variant?: VariantName;
  readonly session?: LabSession;
  /** Recordings of other hosts. */
  readonly isInFiles?: true;
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
  const picked = await pickSeveral<Choice>(
    [
      group(translate('extension.compare-models')),
      ...models,
      group(translate('extension.compare-recordings')),
      ...recordings,
      {
        label: translate('extension.compare-files'),
        description: translate('extension.compare-files.what'),
        isInFiles: true,
      },
    ],
    translate('extension.compare-which'),
  );
  if (!picked) return;
  const captures = picked.some(({ isInFiles }) => isInFiles) ? await askForCaptures(workbench) : [];
  if (!captures) return;
  const chosen = picked.filter(({ isInFiles }) => !isInFiles);
  const count = chosen.length + captures.length;
  if (count < core.FEWEST || count > core.MOST) {
    messages.hint(translate('extension.compare-how-many'), {
      text: translate('extension.compare-again'),
      command: 'lbLab.compareModels',
      arguments: [uri.toString()],
    });
    return;
  }
  const { recordedOf } = await import('../../core/comparison/recorded.ts');
  const compared = chosen.flatMap(({ variant, session }): Compared[] => {
    if (variant) return [core.underModel(document, variant, translate)];
    return session ? [core.fromRecording(recordedOf(session.recording))] : [];
  });
  const columns = [...compared, ...(await fromFiles(workbench, captures))];
  await comparison.show(comparisonTable(core.comparison(columns), { translate, values: false }));
}

/** What other hosts recorded, each file a column. Throws `Cancelled`, or `LabFailure` for one that cannot be told. */
async function fromFiles({ translate }: Workbench, uris: readonly vscode.Uri[]): Promise<Compared[]> {
  if (uris.length === 0) return [];
  const [{ comparedCapture }, { readPieces }, { inPieces }] = await Promise.all([
    import('../../core/comparison/recorded.ts'),
    import('../../../captures/read-pieces.ts'),
    import('../../core/captures/in-pieces.ts'),
  ]);
  const stopped = new AbortController();
  const { signal } = stopped;
  const onShare = () => {
    if (signal.aborted) throw new Cancelled();
  };
  const title = translate('extension.compare-reading', { files: uris.map(fileNameOf).join(', ') });
  return withProgress(
    title,
    () => stopped.abort(),
    async () => {
      const columns: Compared[] = [];
      for (const uri of uris) {
        const bytes = await vscode.workspace.fs.readFile(uri);
        const source = { name: fileNameOf(uri), capture: await readPieces(inPieces(bytes, onShare)) };
        const reading = { limits: recordingLimits(), translate, signal, onShare };
        const column = await comparedCapture(source, reading);
        if ('code' in column) throw new LabFailure(translate(`captures.${column.code}`, column.params));
        columns.push(column);
      }
      return columns;
    },
  );
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
