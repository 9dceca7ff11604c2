import { texts as chinese } from '../../src/l10n/chinese.ts';
import { texts as english } from '../../src/l10n/english.ts';
import { translator, type Locale, type Translate } from '../../src/l10n/translate.ts';

/** What `loadTranslate` gives, at once: a test has both languages anyway. */
export function makeTranslate(locale: Locale): Translate {
  return translator(locale === 'en' ? english : chinese);
}
