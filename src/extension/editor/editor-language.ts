import * as vscode from 'vscode';
import { loadTranslate, localeOf, type Locale, type Translate } from '../../l10n/translate.ts';

/** The editor's display language, as far as we have it. */
export async function editorLanguage(): Promise<{ readonly locale: Locale; readonly translate: Translate }> {
  const locale = localeOf(vscode.env.language);
  return { locale, translate: await loadTranslate(locale) };
}
