import { derive } from '../../../comparison/derive.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { TopologyDocument } from '../../../lab/topology/parse.ts';
import { type VariantName, variantNames } from '../../../models/models.ts';

/** A model that a file can be compared under. */
export interface ModelChoice {
  readonly variant: VariantName;
  readonly label: string;
  /** What it takes to make it, or why it cannot be made. */
  readonly description: string;
  /** Picked until somebody picks otherwise. */
  readonly isUsual: boolean;
}

const USUAL: readonly VariantName[] = ['dnat', 'dr', 'tun'];

/** All models, with what becomes of the file under each. The file's own is usual, and so are those that people know. */
export function modelChoices(document: TopologyDocument, translate: Translate): ModelChoice[] {
  return variantNames.map((variant) => {
    const { isAsWritten, plan, changes, problems } = derive(document, variant);
    const error = problems.find(({ severity }) => severity === 'error');
    const description = isAsWritten
      ? translate('comparison.as-written', { lab: document.lab })
      : !plan
        ? `${translate('comparison.no-such-lab')} ${error ? translate(`problem.${error.code}`, error.params) : ''}`
        : changes.map(({ kind, params }) => translate(`comparison.change.${kind}`, params)).join(' · ');
    const label = translate(`comparison.variant.${variant}`);
    return { variant, label, description, isUsual: isAsWritten || USUAL.includes(variant) };
  });
}
