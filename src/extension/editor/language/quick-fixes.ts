import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { spanOf } from '../../core/language/diagnose.ts';
import { quickFixes } from '../../core/language/fixes/quick-fixes.ts';
import type { ProviderContext } from './provider-context.ts';
import { selector, toRange, toSpan } from './to-vscode.ts';

export function registerQuickFixes({ documents, translate }: ProviderContext): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range, { diagnostics }) {
      const fixes = quickFixes(documents.of(document), toSpan(document, range), translate);
      return fixes.map(({ title, edits, problem, isPreferred }) => {
        const action = new vscode.CodeAction(editorText(title), vscode.CodeActionKind.QuickFix);
        const place = toRange(document, spanOf(problem.range));
        action.edit = new vscode.WorkspaceEdit();
        for (const edit of edits) action.edit.replace(document.uri, toRange(document, edit.range), edit.text);
        action.diagnostics = diagnostics.filter(
          (shown) => codeOf(shown) === problem.code && shown.range.isEqual(place),
        );
        action.isPreferred = isPreferred;
        return action;
      });
    },
  };
  return vscode.languages.registerCodeActionsProvider(selector, provider, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  });
}

/** Ours has a link beside its code. */
function codeOf({ code }: vscode.Diagnostic): string | number | undefined {
  return typeof code === 'object' ? code.value : code;
}
