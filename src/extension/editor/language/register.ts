import * as vscode from 'vscode';
import type { Translate } from '../../../l10n/translate.ts';
import type { LiveLab } from '../../core/language/live-lab.ts';
import type { TopologyTexts } from '../../core/language/topology-texts.ts';
import { registerCompletion } from './completion.ts';
import { watchProblems } from './diagnostics.ts';
import { registerHover } from './hover.ts';
import { registerInlayHints } from './inlay-hints.ts';
import { registerNames } from './names.ts';
import { registerQuickFixes } from './quick-fixes.ts';
import { registerStructure } from './structure.ts';
import { TopologyDocuments } from './topology-documents.ts';

export interface LanguageOptions {
  readonly translate: Translate;
  readonly texts: TopologyTexts;
  /** Without it the editor tells what the file says, and nothing of running labs. */
  readonly live?: LiveLab;
}

/** Everything the editor does for topology files while they are written. Runs in every kind of extension host. */
export function registerLanguage({ translate, texts, live }: LanguageOptions): vscode.Disposable {
  const context = { documents: new TopologyDocuments(texts), translate, ...(live && { live }) };
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
