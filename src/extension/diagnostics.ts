import * as vscode from 'vscode';
import { fileNameOf } from './topology-files.ts';
import type { Translate } from '../l10n/translate.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Problem } from '../lab/topology/problem.ts';

/** Milliseconds without typing before a file is checked again. */
const QUIET_MS = 200;

/** Shows the problems of every open topology file, as it is typed. */
export function watchTopologies(translate: Translate): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('lb-lab');
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  const check = (document: vscode.TextDocument): void => {
    if (document.languageId !== 'lblab') return;
    const { problems } = loadTopology(document.getText(), fileNameOf(document.uri));
    diagnostics.set(
      document.uri,
      problems.map((problem) => toDiagnostic(document, problem, translate)),
    );
  };
  const checkSoon = (document: vscode.TextDocument): void => {
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    waiting.set(
      key,
      setTimeout(() => {
        waiting.delete(key);
        check(document);
      }, QUIET_MS),
    );
  };

  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => diagnostics.delete(uri)),
    { dispose: () => waiting.forEach((timer) => clearTimeout(timer)) },
  );
}

function toDiagnostic(
  document: vscode.TextDocument,
  problem: Problem,
  translate: Translate,
): vscode.Diagnostic {
  const { start, end } = problem.range;
  const range = new vscode.Range(document.positionAt(start.offset), document.positionAt(end.offset));
  const message = translate(`problem.${problem.code}`, problem.params);
  const remedy = translate(`problem.${problem.code}.remedy`, problem.params);
  const severity =
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, `${message}\n${remedy}`, severity);
  diagnostic.source = 'LB Lab';
  diagnostic.code = problem.code;
  return diagnostic;
}
