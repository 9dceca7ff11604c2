import type * as vscode from 'vscode';
import type { Translate } from '../../l10n/translate.ts';
import type { LiveLab } from './live-lab.ts';

/**
 * Everything that the editor of a topology file needs, soon after activation: reading YAML and the schema is most of what
 * there is to load, and nobody has to wait for it there. What was loaded in vain is disposed of at once.
 */
export function registerLanguageLater(parts: {
  readonly translate: Translate;
  readonly live: LiveLab;
  readonly onError: (error: unknown) => void;
}): vscode.Disposable {
  let registered: vscode.Disposable | undefined;
  let isDisposed = false;
  import('./register.ts').then(({ registerLanguage }) => {
    if (!isDisposed) registered = registerLanguage(parts);
  }, parts.onError);
  return {
    dispose: () => {
      isDisposed = true;
      registered?.dispose();
    },
  };
}
