import type { Question } from '../../panel-protocol/messages.ts';

/** What the panel exports; each is its own file suffix. */
export type ExportFormat = Extract<Question, { readonly kind: 'export' }>['format'];
