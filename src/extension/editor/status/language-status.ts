import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { LANGUAGE } from '../../core/ids.ts';
import { isTopology } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';
import { statusOf } from '../../core/status/lab-status.ts';

/** Beside the language's name: how the open file stands to its lab. */
export function languageStatus({ labs, translate }: Workbench): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('lbLab.language', { language: LANGUAGE });
  item.name = 'LB Lab';
  const draw = () => {
    const document = vscode.window.activeTextEditor?.document;
    if (!isTopology(document)) return;
    const session = labs.of(document.uri.toString());
    const kind = session?.run.state.kind;
    if (!session || (kind !== 'running' && kind !== 'starting')) {
      item.text = translate('extension.status.not-running');
      item.detail = '';
      item.severity = vscode.LanguageStatusSeverity.Information;
      item.command = { title: translate('extension.status.start'), command: 'lbLab.start' };
      return;
    }
    const { text, detail, severity } = statusOf(session, document.getText(), translate);
    const { Information, Warning, Error: Failed } = vscode.LanguageStatusSeverity;
    item.text = editorText(text);
    item.detail = editorText(detail);
    item.severity = { information: Information, warning: Warning, error: Failed }[severity];
    item.command = { title: translate('extension.status.show'), command: 'lbLab.showFlow' };
  };
  draw();
  return vscode.Disposable.from(
    item,
    labs.onDidChange(({ news }) => {
      if (news !== 'events') draw();
    }),
    vscode.workspace.onDidChangeTextDocument(draw),
    vscode.window.onDidChangeActiveTextEditor(draw),
  );
}
