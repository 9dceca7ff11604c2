import models from '../../../../l10n/models.en.json' with { type: 'json' };
import english from '../../../../l10n/panel.en.json' with { type: 'json' };
import { variantNames } from '../../../models/models.ts';
import type { Translate } from '../../../l10n/translate.ts';
import { journeyKinds, fates, flowKinds } from '../../../panel-protocol/records.ts';

/** All texts that the view shows by itself, in the chosen language; placeholders are left for it to fill. */
export function panelTexts(translate: Translate): Record<string, string> {
  const keys = [
    ...Object.keys(english),
    ...Object.keys(models),
    ...variantNames.map((name) => `comparison.variant.${name}`),
    ...journeyKinds.map((kind) => `kind.${kind}`),
    ...flowKinds.map((kind) => `kind.${kind}`),
    ...fates.map((fate) => `fate.${fate}`),
    'direction.request',
    'direction.reply',
  ];
  return Object.fromEntries(keys.map((key) => [key, translate(key)]));
}
