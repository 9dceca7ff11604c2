import type { RowTable } from './row-table.ts';

/** The host's rows as they may be read: as they came, or with some of it covered. */
export type Rows = Pick<
  RowTable,
  | 'version'
  | 'flowCount'
  | 'journeyCount'
  | 'hopCount'
  | 'flowIds'
  | 'flow'
  | 'startOf'
  | 'endOf'
  | 'hasFailed'
  | 'isArp'
  | 'isWrong'
  | 'journeyIds'
  | 'journey'
  | 'isUnexpected'
  | 'hopsOf'
  | 'hopCountOf'
>;
