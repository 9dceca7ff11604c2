import type { Setting } from '../../../lab/topology/settings.ts';
import type { Translate } from '../../../l10n/translate.ts';

/** Markdown: what a setting does, what may stand there, and what holds when it is left out. */
export function settingText(setting: Setting, translate: Translate): string {
  const { default: fallback, examples } = setting;
  const facts = [
    valuesText(setting, translate),
    ...(examples.length > 0
      ? [translate('language.examples', { examples: examples.map((one) => code(one)).join(', ') })]
      : []),
    ...(fallback === undefined || Array.isArray(fallback)
      ? []
      : [translate('language.default', { value: code(fallback) })]),
  ];
  return [translate(`topology.key.${setting.id}`), facts.filter((fact) => fact !== '').join('  \n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function valuesText({ choices, types, minimum, maximum }: Setting, translate: Translate): string {
  if (choices.length > 0 && choices.length <= 20)
    return translate('language.values', { values: choices.map((one) => code(one)).join(', ') });
  if (types.includes('boolean')) return translate('language.values', { values: '`true`, `false`' });
  return minimum === undefined || maximum === undefined
    ? ''
    : translate('language.range', { minimum, maximum });
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
