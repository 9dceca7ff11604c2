import type { Names } from '../../journey/names.ts';
import type { Journey } from '../../journey/report.ts';
import type { Translate } from '../../l10n/translate.ts';
import type { Painter } from '../paint.ts';
import type { Lanes } from './lanes.ts';

export interface LadderOptions {
  readonly translate: Translate;
  readonly paint: Painter;
  /** Unfold every flow; otherwise the first of each outcome in each epoch is unfolded and the others are one line. */
  readonly full: boolean;
  /** Addresses as they are on the wire; otherwise the names of nodes and services where there are some. */
  readonly values: boolean;
  /** A packet of the report, by its number: only those of unfolded flows are asked for. */
  readonly journey: (id: number) => Journey;
  /** The captured bytes of a frame, by its number. */
  readonly frame: (number: number) => Uint8Array;
  /** What a frame is called, by its number: the number when left out. */
  readonly frameName?: (number: number) => string;
}

export interface LadderContext extends LadderOptions {
  readonly lanes: Lanes;
  readonly names: Names;
}
