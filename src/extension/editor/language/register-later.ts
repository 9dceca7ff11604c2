import * as vscode from 'vscode';
import type { Translate } from '../../../l10n/translate.ts';
import { isTopology } from '../topology-files.ts';
import type { LiveLab } from '../../core/language/live-lab.ts';
import type { TopologyTexts } from '../../core/language/topology-texts.ts';
import type { LanguageOptions } from './register.ts';

interface LanguageParts {
  readonly translate: Translate;
  readonly texts: () => Promise<TopologyTexts>;
  readonly live: LiveLab;
  readonly onError: (error: unknown) => void;
}

interface Language {
  registerLanguage(options: LanguageOptions): vscode.Disposable;
}

/**
 * Everything that the editor of a topology file needs, once there is one: reading YAML and the schema is most of what
 * there is to load, and most windows have no topology. What was loaded in vain is disposed of at once.
 */
export function registerLanguageLater(
  parts: LanguageParts,
  load: () => Promise<Language> = () => import('./register.ts'),
): vscode.Disposable {
  let registered: vscode.Disposable | undefined;
  let isWanted = false;
  let isDisposed = false;
  const look = (document: vscode.TextDocument) => {
    if (isWanted || !isTopology(document)) return;
    isWanted = true;
    opening.dispose();
    Promise.all([load(), parts.texts()]).then(([{ registerLanguage }, texts]) => {
      if (!isDisposed) registered = registerLanguage({ ...parts, texts });
    }, parts.onError);
  };
  const opening = vscode.workspace.onDidOpenTextDocument(look);
  vscode.workspace.textDocuments.forEach(look);
  return {
    dispose: () => {
      isDisposed = true;
      opening.dispose();
      registered?.dispose();
    },
  };
}
