import type { Row } from '../rows/row.ts';
import type { WordSource } from '../rows/row-words.ts';
import type { TimeMode } from '../time-format.ts';
import type { Geometry } from './geometry.ts';
import type { Hit, Measure, Shape } from './shapes.ts';

/** What drawing rows needs to know. */
export interface Scene extends WordSource {
  readonly geometry: Geometry;
  readonly measure: Measure;
  readonly timeMode: TimeMode;
  readonly startedAt: string;
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  /** Nodes whose lanes are lit. */
  readonly highlighted: readonly number[];
}

/** Shapes and places of one row are added to these. */
export interface Sheet {
  readonly shapes: Shape[];
  readonly hits: Hit[];
}

export type RowOf<Kind extends Row['kind']> = Extract<Row, { readonly kind: Kind }>;
