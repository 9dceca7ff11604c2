import type { Translate } from '../l10n/translate.ts';
import { explanationCodes } from '../lab/topology/findings.ts';
import type { Cause } from './faults.ts';

export interface NamedCause {
  readonly cause: Cause;
  /** A few words. */
  readonly text: string;
}

/** All that something may be called; those whose code or words have every word of `search`. */
export function causesLike(search: string, translate: Translate): NamedCause[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return explanationCodes
    .map((cause) => ({ cause, text: translate(`mystery.cause.${cause}`) }))
    .filter(({ cause, text }) => words.every((word) => `${cause} ${text}`.toLowerCase().includes(word)));
}

export function isCause(text: string): text is Cause {
  return (explanationCodes as readonly string[]).includes(text);
}
