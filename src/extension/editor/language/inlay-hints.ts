import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { inlayHints } from '../../core/language/inlay-hints.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector } from './to-vscode.ts';

/** Made anew when the running lab tells something else. */
export function registerInlayHints({ documents, translate, live }: ProviderContext): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    provideInlayHints(document, range) {
      const start = document.offsetAt(range.start);
      const end = document.offsetAt(range.end);
      const state = live?.of(document.uri.toString());
      return inlayHints(documents.of(document), translate, state)
        .filter(({ offset }) => offset >= start && offset <= end)
        .map(({ offset, text, tooltip }) => {
          const hint = new vscode.InlayHint(document.positionAt(offset), editorText(text));
          hint.paddingLeft = true;
          if (tooltip !== undefined) hint.tooltip = editorText(tooltip);
          return hint;
        });
    },
  };
  const listener = live?.onDidChange(() => changed.fire());
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerInlayHintsProvider(selector, provider),
    ...(listener ? [listener] : []),
  );
}
