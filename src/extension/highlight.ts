import * as vscode from 'vscode';
import type { LoadedTopology } from '../lab/topology/load.ts';
import { isTopology } from './topology-files.ts';
import type { Workbench } from './workbench.ts';

/** The cursor moves often: so long at rest before the lanes light up. */
const REST_MS = 120;

/** What the cursor stands on in the file lights up in the panel: a node's lane, a segment. */
export function watchCursor({ labs, panel }: Workbench): vscode.Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = '';
  const look = (editor: vscode.TextEditor) => {
    const session = labs.of(editor.document.uri.toString());
    if (!session || session.uri !== panel.uri) return;
    const names = namesAt(session.loaded, editor.document.offsetAt(editor.selection.active));
    if (names.join() === told) return;
    told = names.join();
    panel.highlight(names);
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (!isTopology(textEditor.document)) return;
      clearTimeout(timer);
      timer = setTimeout(() => look(textEditor), REST_MS);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

function namesAt({ places, plan }: LoadedTopology, offset: number): string[] {
  const path = places.pathAt(offset).map(String);
  const names = new Set([...(plan?.nodes ?? []), ...(plan?.segments ?? [])].map(({ name }) => name));
  // A server in a service's list, a segment in a node's `at`, a client in `from`: its own word comes first.
  const word = /[\w.-]+/g;
  for (const match of places.text.matchAll(word)) {
    if (match.index > offset) break;
    if (match.index + match[0].length >= offset && names.has(match[0])) return [match[0]];
  }
  return path.filter((part, index) => index === 1 && names.has(part));
}
