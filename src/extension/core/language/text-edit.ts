import type { Span } from './syntax/tree.ts';

/** What stands in the range afterwards. */
export interface TextEdit {
  readonly range: Span;
  readonly text: string;
}
