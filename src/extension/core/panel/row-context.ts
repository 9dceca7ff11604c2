import type { Translate } from '../../../l10n/translate.ts';
import type { FrameEvent } from '../../../lab/events.ts';
import type { LabIndex } from './lab-index.ts';
import type { StringTable } from './string-table.ts';

/** What encoding a row needs beside the row. */
export interface RowContext {
  readonly index: LabIndex;
  readonly strings: StringTable;
  readonly translate: Translate;
  readonly frame: (number: number) => FrameEvent | undefined;
}
