import * as vscode from 'vscode';
import type { LabSession } from '../core/labs/lab-session.ts';
import { editorText } from '../core/editor-text.ts';
import type { Workbench } from './workbench.ts';
import { findings, type Finding } from '../core/findings/findings.ts';
import { toCode } from './language/to-vscode.ts';

/** Frames come in bursts: so long after the first of them the lab is judged. */
const PATIENCE_MS = 400;
/** Judging takes this share of the time at most. */
const SHARE = 0.1;

/** Brings what labs show to be wrong back into their files, as problems from "LB Lab, observed". */
export function watchFindings({ labs, files, texts, translate, messages }: Workbench): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('lb-lab-observed');
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const costs = new Map<string, number>();

  const judge = async (session: LabSession) => {
    const shown = files.documentOf(vscode.Uri.parse(session.uri))?.getText() ?? session.version.text;
    // Somebody may be typing: the line that causes it is looked up in what the editor shows.
    const { uri, file: name } = session;
    const { places } =
      shown === session.version.text
        ? session.version
        : (await texts()).of({ uri, name, text: shown }).loaded;
    if (session.run.state.kind === 'stopped' || session.isCovered) return;
    const began = performance.now();
    const { recording, version } = session;
    const found = findings(recording.report(), recording.epoch, places, version.plan.expect);
    diagnostics.set(
      vscode.Uri.parse(session.uri),
      found.map((finding) => toDiagnostic(finding, translate('extension.observed'))),
    );
    costs.set(session.uri, performance.now() - began);
  };
  const judgeSoon = (session: LabSession) => {
    if (waiting.has(session.uri)) return;
    const patience = Math.max(PATIENCE_MS, (costs.get(session.uri) ?? 0) / SHARE);
    const timer = setTimeout(() => {
      waiting.delete(session.uri);
      void messages.attempt(() => judge(session));
    }, patience);
    waiting.set(session.uri, timer);
  };
  const clear = (session: LabSession) => {
    clearTimeout(waiting.get(session.uri));
    waiting.delete(session.uri);
    diagnostics.delete(vscode.Uri.parse(session.uri));
  };

  return vscode.Disposable.from(
    diagnostics,
    labs.onDidChange(({ session, news }) => {
      if (news === 'plan' || news === 'removed') clear(session);
      else if (news === 'events') judgeSoon(session);
      else if (session.run.state.kind === 'stopped' || session.isCovered) clear(session);
      else judgeSoon(session);
    }),
    { dispose: () => waiting.forEach((timer) => clearTimeout(timer)) },
  );
}

function toDiagnostic({ code, range, text, expected }: Finding, source: string): vscode.Diagnostic {
  const { start, end } = range;
  const place = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
  const severity = expected ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(place, editorText(text), severity);
  diagnostic.source = source;
  diagnostic.code = toCode(code);
  return diagnostic;
}
