import type { Span } from '../syntax/tree.ts';

/** One thing that may be typed at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'choice' | 'node' | 'segment' | 'service' | 'address' | 'value' | 'snippet';
  /** Stands in place of `Completions.replace`; a TextMate snippet where `isSnippet`. */
  readonly insert: string;
  readonly isSnippet?: boolean;
  /** Beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Something else is to be chosen right after this. */
  readonly again?: boolean;
}

/** In the order in which they are to be shown. */
export interface Completions {
  readonly items: readonly Completion[];
  /** From the first character that is typed to the last one of the word; the cursor is within. */
  readonly replace: Span;
}

/** Text of the file's author within a snippet. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
