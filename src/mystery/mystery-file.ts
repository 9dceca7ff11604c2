import type { Translate } from '../l10n/translate.ts';
import type { Mystery } from './mystery.ts';

/** The file as a learner gets it: what to do stands above. */
export function mysteryFile({ level, seed, text }: Mystery, translate: Translate): string {
  const comment = translate('mystery.file', { level, seed })
    .split('\n')
    .map((line) => `# ${line}`);
  return `${comment.join('\n')}\n${text}`;
}
