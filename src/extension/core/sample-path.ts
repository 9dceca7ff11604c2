import type { Locale } from '../../l10n/translate.ts';

/**
 * Where a sample lies whose comments are in this language, of a path within the package (`examples/lessons/…`). In every
 * language it is the same topology.
 */
export function samplePath(path: string, locale: Locale): string {
  return locale === 'en' ? path : path.replace(/^examples\//, `examples/${locale}/`);
}
