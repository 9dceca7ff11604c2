import * as vscode from 'vscode';
import { isTopology } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** The cursor moves often: so long at rest before the lanes light up. */
const REST_MS = 120;

/** What the cursor stands on in the file lights up in the panel: a node's lane, a segment. */
export function watchCursor({ labs, panel, texts, messages }: Workbench): vscode.Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = '';
  const look = async ({ document, selection }: vscode.TextEditor) => {
    const session = labs.of(document.uri.toString());
    if (!session || session.uri !== panel.uri) return;
    // There is a lab, so what reads topologies is loaded already.
    const { namesAt } = await import('../core/panel/names-at.ts');
    const offset = document.offsetAt(selection.active);
    const file = { uri: session.uri, name: session.file, text: document.getText() };
    const names = namesAt((await texts()).of(file), session.version.plan, offset);
    if (names.join() === told) return;
    told = names.join();
    panel.highlight(names);
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (!isTopology(textEditor.document)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void messages.attempt(() => look(textEditor)), REST_MS);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}
