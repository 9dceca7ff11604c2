import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import type { Workbench } from '../workbench.ts';
import { statusOf } from '../../core/status/lab-status.ts';

/** One item while a lab runs: which one, and what became of the last change. */
export function statusBar({ labs, files, translate }: Workbench): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('lbLab.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'LB Lab';
  const draw = () => {
    const running = labs.running();
    const active = files.active();
    const own = running.find(({ uri }) => uri === active?.uri.toString());
    const session: LabSession | undefined = own ?? running[0];
    if (!session) {
      item.hide();
      return;
    }
    const document = files.documentOf(vscode.Uri.parse(session.uri));
    const { icon, text, detail, severity } = statusOf(session, document?.getText(), translate);
    const others = running.length > 1 ? ` +${running.length - 1}` : '';
    item.text = `$(${icon}) ${editorText(`${session.version.plan.lab}: ${text}`)}${others}`;
    item.tooltip = editorText(detail);
    const title = translate('extension.status.show');
    item.command = { title, command: 'lbLab.showFlow', arguments: [session.uri] };
    item.backgroundColor =
      severity === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.accessibilityInformation = { label: `LB Lab, ${session.version.plan.lab}: ${text}. ${detail}` };
    item.show();
  };
  draw();
  return vscode.Disposable.from(
    item,
    labs.onDidChange(({ news }) => {
      if (news !== 'events') draw();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (labs.of(document.uri.toString())) draw();
    }),
    vscode.window.onDidChangeActiveTextEditor(draw),
  );
}
