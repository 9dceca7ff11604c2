import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { diagnose, type ProblemText } from '../../core/language/diagnose.ts';
import type { ProviderContext } from './provider-context.ts';
import { toCode, toRange } from './to-vscode.ts';

/** Milliseconds without typing before a file is checked again. */
const QUIET_MS = 200;

/** Shows the problems of every open topology file, as it is typed. */
export function watchProblems({ documents, translate }: ProviderContext): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection('lb-lab');
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  const check = (document: vscode.TextDocument): void => {
    if (document.languageId !== 'lblab' || document.isClosed) return;
    const problems = diagnose(documents.of(document), translate);
    shown.set(
      document.uri,
      problems.map((problem) => toDiagnostic(document, problem)),
    );
  };
  const stopWaiting = (key: string): void => {
    clearTimeout(waiting.get(key));
    waiting.delete(key);
  };
  const checkSoon = (document: vscode.TextDocument, delay = QUIET_MS): void => {
    if (document.languageId !== 'lblab') return;
    const key = document.uri.toString();
    stopWaiting(key);
    const timer = setTimeout(() => {
      waiting.delete(key);
      check(document);
    }, delay);
    waiting.set(key, timer);
  };

  // After activation: nobody waits for it there.
  for (const document of vscode.workspace.textDocuments) checkSoon(document, 0);
  return vscode.Disposable.from(
    shown,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      stopWaiting(uri.toString());
      shown.delete(uri);
    }),
    { dispose: () => waiting.forEach((timer) => clearTimeout(timer)) },
  );
}

function toDiagnostic(document: vscode.TextDocument, problem: ProblemText): vscode.Diagnostic {
  const severity =
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(
    toRange(document, problem.range),
    editorText(problem.message),
    severity,
  );
  diagnostic.source = 'LB Lab';
  diagnostic.code = toCode(problem.code);
  diagnostic.relatedInformation = problem.related.map(
    ({ range, message }) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(document.uri, toRange(document, range)),
        editorText(message),
      ),
  );
  if (problem.isUnnecessary) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}
