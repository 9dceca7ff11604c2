import * as vscode from 'vscode';
import type { Translate } from '../../l10n/translate.ts';
import type { LiveLab } from './live-lab.ts';
import { registerCompletion } from './providers/completion.ts';
import { watchProblems } from './providers/diagnostics.ts';
import { registerHover } from './providers/hover.ts';
import { registerInlayHints } from './providers/inlay-hints.ts';
import { registerNames } from './providers/names.ts';
import { registerQuickFixes } from './providers/quick-fixes.ts';
import { registerStructure } from './providers/structure.ts';
import { TopologyDocuments } from './providers/topology-documents.ts';

export interface LanguageOptions {
  readonly translate: Translate;
  /** Without it the editor tells what the file says, and nothing of running labs. */
  readonly live?: LiveLab;
}

/** Everything the editor does for topology files while they are written. Runs in every kind of extension host. */
export function registerLanguage({ translate, live }: LanguageOptions): vscode.Disposable {
  const context = { documents: new TopologyDocuments(), translate, ...(live && { live }) };
  return vscode.Disposable.from(
    watchProblems(context),
    registerCompletion(context),
    registerHover(context),
    registerInlayHints(context),
    registerNames(context),
    registerStructure(context),
    registerQuickFixes(context),
  );
}
