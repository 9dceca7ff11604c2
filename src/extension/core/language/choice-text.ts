import type { Translate } from '../../../l10n/translate.ts';
import { visible } from '../../../l10n/visible.ts';

/** What a word means where the schema lists words to choose from; undefined where the word says it all. */
export function choiceText(settingId: string, choice: string, translate: Translate): string | undefined {
  const key = keyOf(settingId, choice);
  const text = key && translate(key);
  // A key without a text comes back as it can be seen.
  if (text === undefined || text === visible(key ?? '')) return undefined;
  // What is filled in when it happens: here the name of the blank says enough.
  return text.replace(/\{(\w+)\}/g, '`$1`');
}

function keyOf(settingId: string, choice: string): string | undefined {
  switch (settingId) {
    case 'model':
    case 'service.model':
      return `language.model.${choice}`;
    case 'expect.broken':
      return `promise.${choice}`;
    case 'expect.explanations':
      return `explanation.${choice}`;
    case 'expect.problems':
      return `problem.${choice}`;
    default:
      return `language.choice.${settingId.split('.').at(-1)}.${choice}`;
  }
}
