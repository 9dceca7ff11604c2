import type { Translate } from '../l10n/translate.ts';
import type { Evidence } from './evidence.ts';
import type { Explanation } from './report.ts';

export function explain(_evidence: Evidence, _translate: Translate): Explanation[] {
  return [];
}
