import * as vscode from 'vscode';
import type { ExportFormat } from '../../core/export-format.ts';
import { LabFailure, type Remedy } from '../../core/labs/lab-failure.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { refuseCovered } from '../../core/labs/refuse-covered.ts';
import { plainReport } from '../../../mystery/seal-report.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/** `Export Capture`: everything recorded so far as pcapng. */
export async function exportCapture(workbench: Workbench, argument: unknown): Promise<void> {
  const session = await labTarget(workbench, argument, ({ recording }) => recording.head.startedAt !== '');
  if (session) await saveExport(workbench, session, 'pcapng', await captureOf(workbench, session));
}

/** Throws a `LabFailure` while the lab is covered. */
export async function captureOf(
  { translate, mysteries }: Workbench,
  session: LabSession,
): Promise<Uint8Array> {
  refuseCovered(session, translate);
  mysteries.look(session.uri, 'capture');
  const { exportPcapng } = await import('../../../journey/export-pcapng.ts');
  const { recording, version } = session;
  const { plan } = version;
  const report = recording.isSealed ? plainReport(recording.report()) : recording.report();
  return exportPcapng(recording.events(), report, plan, translate, recording.frameNumbers());
}

/** Asks where to, and writes. Undefined when somebody thought better of it. */
export async function saveExport(
  { files, translate }: Pick<Workbench, 'files' | 'translate'>,
  session: LabSession,
  format: ExportFormat,
  data: Uint8Array,
): Promise<vscode.Uri | undefined> {
  const topology = vscode.Uri.parse(session.uri);
  const folder = files.isKeptHere(topology) ? undefined : vscode.Uri.joinPath(topology, '..');
  const again = {
    text: translate('extension.export-elsewhere'),
    command: 'lbLab.exportCapture',
    arguments: [session.uri],
  } as const;
  return saveAs({ translate }, folder, session.version.plan.lab, format, data, again);
}

/** The same into any folder. @param again What to do when it cannot be written. */
export async function saveAs(
  { translate }: Pick<Workbench, 'translate'>,
  folder: vscode.Uri | undefined,
  name: string,
  format: ExportFormat,
  data: Uint8Array,
  again?: Remedy,
): Promise<vscode.Uri | undefined> {
  const target = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `${name}.${format}`) }),
    filters: { [format]: [format] },
    title: translate('extension.export'),
  });
  if (!target) return undefined;
  try {
    await vscode.workspace.fs.writeFile(target, data);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = translate('extension.export-failed', { file: fileNameOf(target), reason });
    throw new LabFailure(message, again, { cause: error });
  }
  return target;
}
