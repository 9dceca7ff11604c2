import * as vscode from 'vscode';
import { CAPTURES_TYPE } from '../../core/ids.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

const ENDINGS = ['pcap', 'pcapng', 'cap'];

/** *Explain Captures*: what several hosts recorded, as one story. @param uris All that are selected in the explorer. */
export async function explainCaptures(workbench: Workbench, uri: unknown, uris: unknown): Promise<void> {
  const { translate } = workbench;
  const chosen = urisOf(uris) ?? urisOf([uri]) ?? (await askForCaptures(workbench));
  if (!chosen) return;
  const { CapturePanel } = await import('../captures/capture-panel.ts');
  const title = translate('extension.captures-of', { files: chosen.map(fileNameOf).join(', ') });
  const panel = vscode.window.createWebviewPanel(CAPTURES_TYPE, title, vscode.ViewColumn.Active);
  await CapturePanel.open(panel, chosen, workbench);
}

function urisOf(values: unknown): vscode.Uri[] | undefined {
  const uris = Array.isArray(values)
    ? values.filter((one): one is vscode.Uri => one instanceof vscode.Uri)
    : [];
  return uris.length > 0 ? uris : undefined;
}

/** Captures to be read; undefined when the dialog was left. */
export function askForCaptures({ translate }: Workbench): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    canSelectMany: true,
    filters: { [translate('extension.captures')]: ENDINGS },
    title: translate('extension.which-captures'),
  });
}
