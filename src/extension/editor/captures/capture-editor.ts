import * as vscode from 'vscode';
import { CAPTURE_EDITOR } from '../../core/ids.ts';
import type { Workbench } from '../workbench.ts';

/** *Open With LB Lab*: a recording in an editor of its own, which changes nothing. */
export function captureEditor(workbench: Workbench): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(CAPTURE_EDITOR, {
    openCustomDocument: (uri: vscode.Uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel) => {
      const { CapturePanel } = await import('./capture-panel.ts');
      // What takes long is told on the panel: the editor waits for the panel only.
      void workbench.messages.attempt(() => CapturePanel.open(panel, [uri], workbench));
    },
  } satisfies vscode.CustomReadonlyEditorProvider);
}
