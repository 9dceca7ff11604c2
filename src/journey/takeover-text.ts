import type { Translate } from '../l10n/translate.ts';
import type { Names } from './names.ts';
import type { Takeover } from './report.ts';

/** `lb2 takes over VIP (0.6 s): lb1 said that it stops`. */
export function takeoverText(takeover: Takeover, names: Names, translate: Translate): string {
  const { from = '', to, silentNs = 0, how, addresses } = takeover;
  return translate(`takeover.${how ?? 'first'}`, {
    ...{ from, to, addresses: addresses.map(names).join(', ') },
    seconds: (silentNs / 1e9).toFixed(1),
  });
}
