import * as vscode from 'vscode';
import { FILE_ENDINGS, LANGUAGE } from '../../core/ids.ts';
import { Cancelled } from '../../core/labs/lab-failure.ts';
import { pick } from '../editor-ui.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

/** What captures are held against: a file, or what they say themselves of their network. */
export type CaptureTopology = vscode.Uri | 'inferred';

/**
 * The only topology beside a capture, else the only one there is, else none: what somebody picks where there are several, or
 * wants to choose anew. Rejects with `Cancelled` when nothing is picked.
 */
export async function chooseTopology(
  { files, translate }: Workbench,
  capture: vscode.Uri,
  isAsked: boolean,
): Promise<CaptureTopology> {
  const saved = await files.saved();
  const folder = vscode.Uri.joinPath(capture, '..').toString();
  const beside = saved.filter((uri) => vscode.Uri.joinPath(uri, '..').toString() === folder);
  if (!isAsked && beside.length === 1) return beside[0]!;
  if (!isAsked && saved.length < 2) return saved[0] ?? 'inferred';
  const picks: (vscode.QuickPickItem & { readonly topology: CaptureTopology })[] = saved.map((uri) => ({
    label: vscode.workspace.asRelativePath(uri),
    topology: uri,
  }));
  const none = { label: translate('extension.capture-infer'), topology: 'inferred' } as const;
  const picked = await pick([...picks, none], translate('extension.which-file'));
  if (!picked) throw new Cancelled();
  return picked.topology;
}

/** Saves a draft where somebody says, and shows it beside. Undefined when the dialog was left. */
export async function writeDraft(
  { translate }: Workbench,
  capture: vscode.Uri,
  text: string,
): Promise<vscode.Uri | undefined> {
  const name = `${fileNameOf(capture).replace(/\..*$/, '')}.lblab.yaml`;
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(capture, '..', name),
    filters: { [translate('extension.topology')]: FILE_ENDINGS },
    title: translate('panel.capture-write'),
  });
  if (!target) return undefined;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(target);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
  if (document.languageId !== LANGUAGE) await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  return target;
}
